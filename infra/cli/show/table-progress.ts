import type { AgentReport } from "../agent-report";
import type { Progress } from "./progress";
import { columnsFor, liveTable, type Paint, type Row, reportLines, tally } from "./table";

/** A terminal, as far as a table needs it. */
export interface Terminal {
  write(text: string): void;
  /** Characters in a line and lines on the screen, now. */
  size(): { width: number; height: number };
}

const redrawMs = 80;
const clearToEnd = "\x1b[J";

/** A table redrawn in place while agents are worked on; at the end it makes room for the whole report, in the order of the fleet. */
export class TableProgress implements Progress {
  readonly #rows: Map<string, Row>;
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    hosts: readonly { agent: string; host: string }[],
    private readonly terminal: Terminal,
    private readonly paint: Paint,
  ) {
    this.#rows = new Map(
      hosts.map(({ agent, host }) => [agent, { agent, host, tone: "busy", state: "waiting", words: "" }]),
    );
    this.#draw();
  }

  phase(agent: string, words: string): void {
    this.#change(agent, { tone: "busy", state: "working", words });
  }

  done({ agent, standing, state, summary }: AgentReport): void {
    this.#change(agent, { tone: standing, state, words: summary });
  }

  finish(reports: readonly AgentReport[]): void {
    clearTimeout(this.#timer);
    this.#erase();
    const { width } = this.terminal.size();
    const columns = columnsFor([...this.#rows.values()], width);
    const lines = reports.flatMap((report) =>
      reportLines(report, this.#rows.get(report.agent)?.host ?? "", columns, this.paint),
    );
    this.terminal.write(`${[...lines, tally(reports)].join("\n")}\n`);
  }

  #change(agent: string, change: Pick<Row, "tone" | "state" | "words">): void {
    const row = this.#rows.get(agent);
    if (row === undefined) return;
    this.#rows.set(agent, { ...row, ...change });
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, redrawMs);
  }

  #draw(): void {
    this.#erase();
    const lines = liveTable([...this.#rows.values()], this.terminal.size(), this.paint);
    this.terminal.write(`${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn > 0) this.terminal.write(`\x1b[${this.#drawn}A\r${clearToEnd}`);
    this.#drawn = 0;
  }
}
