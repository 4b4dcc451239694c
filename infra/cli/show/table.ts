import { fit } from "../../../assembler/show/columns";
import type { AgentReport, Standing } from "../agent-report";

/** How a row is doing: at work, or how it ended. */
export type Tone = "busy" | Standing;

/** One agent's line while a command runs. */
export interface Row {
  readonly agent: string;
  /** `198.51.100.11:22` */
  readonly host: string;
  readonly tone: Tone;
  readonly state: string;
  readonly words: string;
}

/** Puts a colour around a text, or does not. */
export type Paint = (tone: Tone, text: string) => string;

/** Widths of the first three columns, in characters. */
export interface Columns {
  readonly agent: number;
  readonly host: number;
  readonly state: number;
}

const stateWidth = 12;
/** What is left for words must be worth reading; otherwise the address goes. */
const leastWords = 24;
const mostNameWidth = 30;

/** Columns that suit all agents within the width; a width of 0 stands for the host's column when there is no room for it. */
export function columnsFor(agents: readonly { agent: string; host: string }[], width: number): Columns {
  const longest = Math.min(mostNameWidth, Math.max(5, ...agents.map((each) => each.agent.length)));
  const agent = Math.max(1, Math.min(longest, width - stateWidth - 1));
  const host = Math.max(4, ...agents.map((each) => each.host.length));
  const fits = agent + host + stateWidth + 3 + leastWords <= width;
  return { agent, host: fits ? host : 0, state: stateWidth };
}

/** One line with the table's columns, its words cut at the width; without one they are whole. */
function rowLine(row: Row, columns: Columns, paint: Paint, width?: number): string {
  const start = [fit(row.agent, columns.agent), ...(columns.host === 0 ? [] : [fit(row.host, columns.host)])].join(" ");
  const room = (width ?? 0) - start.length - columns.state - 2;
  const words = width === undefined ? row.words : room > 0 ? fit(row.words, room) : "";
  return `${start} ${paint(row.tone, fit(row.state, columns.state))} ${words}`.trimEnd();
}

/**
 * The picture of a command at work, at most `height` lines: where not all rows fit, those that need a look come first (trouble, then at work,
 * then done) and the last line counts the rest.
 */
export function liveTable(
  rows: readonly Row[],
  { width, height }: { width: number; height: number },
  paint: Paint,
): string[] {
  const columns = columnsFor(rows, width);
  const order: Tone[] = ["unreachable", "unwell", "busy", "well"];
  const room = Math.max(1, height - 1);
  const fitting = rows.length <= room ? rows : [...rows].sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
  const shown = fitting.slice(0, room).map((row) => rowLine(row, columns, paint, width));
  const busy = rows.filter(({ tone }) => tone === "busy").length;
  const hidden = rows.length > room ? `, ${rows.length - room} not shown` : "";
  return [...shown, fit(`${rows.length - busy} of ${rows.length} done${hidden}`, width).trimEnd()];
}

/** A report as people read it: a line and, indented, its details. Lines are not cut: what is said must be there to be read. */
export function reportLines(report: AgentReport, host: string, columns: Columns, paint: Paint): string[] {
  const { agent, standing, state, summary, details } = report;
  const row = { agent, host, tone: standing, state, words: summary };
  return [rowLine(row, columns, paint), ...details.map((line) => `    ${line}`)];
}

/** `12 agents: 10 ok, 1 drifted, 1 unreachable` */
export function tally(reports: readonly AgentReport[]): string {
  const counts = new Map<string, number>();
  for (const { state } of reports) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([state, count]) => `${count} ${state}`);
  return `${reports.length} agent${reports.length === 1 ? "" : "s"}: ${parts.join(", ")}`;
}
