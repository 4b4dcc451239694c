import type { AgentStatus } from "./agent-status";
import { duration } from "./judge-agent";

/** A look that is older was not followed by another one: nobody watches. */
export function isStale(statuses: readonly AgentStatus[], now: number, periodMs: number): boolean {
  const latest = Math.max(0, ...statuses.map(({ looked_at }) => looked_at));
  return now - latest > 3 * periodMs + 5000;
}

const heads = ["AGENT", "STATUS", "SINCE", "LAST SPAN", "SPANS/S", "UNREAD", "REJECTED", "API", "CLOCK", "REASON"];

/** Every agent in a line, those in trouble first; `now` in milliseconds since 1970. */
export function renderFleet(statuses: readonly AgentStatus[], now: number): string {
  if (statuses.length === 0)
    return "no agent: agent_list is empty, no span index is there, or no assembler watches yet";
  const inTrouble = statuses.filter(({ status }) => status !== "ok");
  const rows = [...inTrouble, ...statuses.filter(({ status }) => status === "ok")].map((status) => cells(status, now));
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const summary = `${statuses.length - inTrouble.length} of ${statuses.length} agents ok`;
  return [line(heads), ...rows.map(line), "", summary].join("\n");
}

function cells(status: AgentStatus, now: number): string[] {
  const ago = (at: number | null) => (at === null ? "never" : `${duration(Math.max(0, now - at))} ago`);
  return [
    status.agent,
    status.status,
    ago(status.since),
    ago(status.last_span_at),
    String(status.rate),
    String(status.unread),
    String(status.rejected),
    status.api.state,
    status.clock_offset_ms === null
      ? "-"
      : `${Math.abs(status.clock_offset_ms) <= (status.clock_error_ms ?? 0) ? "right" : `${(status.clock_offset_ms / 1000).toFixed(1)} s`}`,
    status.reason,
  ];
}
