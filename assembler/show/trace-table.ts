import type { Trace } from "../trace/trace";
import { asMilliseconds, fit, pageWidth } from "./columns";

const idWidth = 16;
const header = ["TRACE", "STARTED", "ENDPOINT", "SERVICES", "SPANS", "MS", "STATUS", ""];
const widths = [idWidth, 12, 20, 22, 5, 9, 6, 1];

/**
 * One line per trace, 100 columns, in the order given; the last column marks what is worth a look: `!` failed, `?`
 * incomplete. Ids are cut to their first 16 characters, which `trace` accepts.
 */
export function renderTraceTable(traces: readonly Trace[]): string {
  const rows = traces.map((trace) => [
    trace.traceId.slice(0, idWidth),
    timeOfDay(trace.startTime),
    trace.endpoint,
    trace.services.join(","),
    String(trace.spans.length).padStart(widths[4] as number),
    asMilliseconds(trace.duration).padStart(widths[5] as number),
    trace.status,
    trace.error ? "!" : trace.complete ? "" : "?",
  ]);
  return [header, ...rows].map(line).join("\n");
}

function line(cells: readonly string[]): string {
  const text = cells.map((cell, column) => fit(cell, widths[column] as number)).join(" ");
  return text.slice(0, pageWidth).trimEnd();
}

function timeOfDay(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(11, 23);
}
