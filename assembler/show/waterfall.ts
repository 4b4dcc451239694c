import { type SpanNode, type SpanTree, spanTree } from "../trace/span-tree";
import type { ClockCorrection, Trace, TraceSpan } from "../trace/trace";
import { compareTimes, TraceClock } from "../trace/trace-clock";
import { asMilliseconds, fit, pageWidth } from "./columns";

const labelWidth = 46;
const timeWidth = 10;
const barWidth = pageWidth - labelWidth - timeWidth - 4;
/** A picture of more lines is no picture. */
const mostRows = 200;

interface Row {
  readonly member: TraceSpan;
  readonly depth: number;
}

/**
 * Draws a trace as lines of 100 columns: what a process was asked (`service endpoint`) and what it asked of others
 * (`service -> endpoint`), how long it took and when, on the clock of the root's host. `#` is on the critical path, `=`
 * is not.
 */
export function renderWaterfall(trace: Trace): string {
  const clock = new TraceClock(trace.clockCorrections);
  const rows = rowsOf(spanTree(trace.spans), clock);
  const start = minimum(rows.map((row) => clock.startOf(row.member.span)));
  const end = -minimum(rows.map((row) => -clock.endOf(row.member.span)));
  const critical = new Set(trace.criticalPath);
  const lines = rows.slice(0, mostRows).map((row) => {
    const { span } = row.member;
    const isCritical = critical.has(span.spanId);
    const bar = drawBar(clock.startOf(span) - start, clock.endOf(span) - start, end - start, isCritical);
    return `${fit(label(row), labelWidth)} ${asMilliseconds(span.end - span.start).padStart(timeWidth)} |${bar}|`;
  });
  if (rows.length > mostRows) lines.push(`... and ${rows.length - mostRows} spans more`);
  const corrections = trace.clockCorrections.map(correctionLine);
  return [headline(trace), ...lines, ...trace.warnings.map((warning) => `! ${warning}`), ...corrections].join("\n");
}

function correctionLine({ agent, relativeTo, offset, least, most }: ClockCorrection): string {
  const sign = offset < 0n ? "" : "+";
  const doubt = asMilliseconds((most - least) / 2n);
  return `~ clock of ${agent} corrected by ${sign}${asMilliseconds(offset)} ms (${doubt} more or less) to that of ${relativeTo}`;
}

function headline(trace: Trace): string {
  const state = trace.complete ? "complete" : "incomplete";
  const status = trace.status === "" ? "" : `  status ${trace.status}`;
  return (
    `trace ${trace.traceId}  ${trace.endpoint}${status}  ${asMilliseconds(trace.duration)} ms` +
    `  ${trace.spans.length} spans  ${trace.services.length} services  ${state}`
  );
}

/** Depth first, children by start. */
function rowsOf(tree: SpanTree, clock: TraceClock): Row[] {
  const rows: Row[] = [];
  const latestFirst = (left: SpanNode, right: SpanNode) =>
    compareTimes(clock.startOf(right.member.span), clock.startOf(left.member.span));
  const others = [...tree.roots, ...tree.orphans, ...tree.circular].filter((node) => node !== tree.root);
  const pending = [tree.root, ...others].reverse().map((node) => ({ node, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, depth } = next;
    rows.push({ member: node.member, depth });
    for (const child of [...node.children].sort(latestFirst)) pending.push({ node: child, depth: depth + 1 });
  }
  return rows;
}

function label({ member: { span }, depth }: Row): string {
  const indent = depth === 0 ? "" : `${"| ".repeat(depth - 1)}|-`;
  const arrow = span.direction === "Egress" ? " ->" : "";
  return `${indent}${span.component || span.srcIp}${arrow} ${span.endpoint}`;
}

function drawBar(from: bigint, to: bigint, whole: bigint, isCritical: boolean): string {
  const scale = (at: bigint) => (whole === 0n ? 0 : Number((at * BigInt(barWidth)) / whole));
  const first = Math.min(scale(from), barWidth - 1);
  const length = Math.max(scale(to) - first, 1);
  return `${" ".repeat(first)}${(isCritical ? "#" : "=").repeat(length)}`.padEnd(barWidth);
}

function minimum(values: readonly bigint[]): bigint {
  let least = values[0] ?? 0n;
  for (const value of values) if (value < least) least = value;
  return least;
}
