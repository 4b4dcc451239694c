import { type SpanTree, spanTree } from "../trace/span-tree";
import type { Trace, TraceSpan } from "../trace/trace";
import { asMilliseconds, fit, pageWidth } from "./columns";

const labelWidth = 46;
const timeWidth = 10;
const barWidth = pageWidth - labelWidth - timeWidth - 4;
/** A picture of more lines is no picture. */
const mostRows = 200;

interface Row {
  readonly member: TraceSpan;
  readonly depth: number;
  /** Nanoseconds to add to the span's times, so that they are on the root's clock. */
  readonly shift: bigint;
}

/**
 * Draws a trace as lines of 100 columns: what a process was asked (`service endpoint`) and what it asked of others
 * (`service -> endpoint`), how long it took and when. `#` is on the critical path, `=` is not. A host whose clock
 * differs is moved so that a request lies within its call.
 */
export function renderWaterfall(trace: Trace): string {
  const tree = spanTree(trace.spans);
  const rows = rowsOf(tree);
  const start = minimum(rows.map((row) => row.member.span.start + row.shift));
  const end = -minimum(rows.map((row) => -(row.member.span.end + row.shift)));
  const critical = new Set(trace.criticalPath);
  const lines = rows.slice(0, mostRows).map((row) => {
    const { span } = row.member;
    const bar = drawBar(
      span.start + row.shift - start,
      span.end + row.shift - start,
      end - start,
      critical.has(span.spanId),
    );
    return `${fit(label(row), labelWidth)} ${asMilliseconds(span.end - span.start).padStart(timeWidth)} |${bar}|`;
  });
  if (rows.length > mostRows) lines.push(`... and ${rows.length - mostRows} spans more`);
  return [headline(trace), ...lines, ...trace.warnings.map((warning) => `! ${warning}`)].join("\n");
}

function headline(trace: Trace): string {
  const state = trace.complete ? "complete" : "incomplete";
  const status = trace.status === "" ? "" : `  status ${trace.status}`;
  return (
    `trace ${trace.traceId}  ${trace.endpoint}${status}  ${asMilliseconds(trace.duration)} ms` +
    `  ${trace.spans.length} spans  ${trace.services.length} services  ${state}`
  );
}

/** Depth first, children by start; each span once, even if parents go round in a circle. */
function rowsOf(tree: SpanTree): Row[] {
  const rows: Row[] = [];
  const seen = new Set<TraceSpan>();
  const tops = [tree.root, ...tree.roots, ...tree.orphans, ...tree.circular];
  const pending: Row[] = tops.map((member) => ({ member, depth: 0, shift: 0n })).reverse();
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    if (seen.has(row.member)) continue;
    seen.add(row.member);
    rows.push(row);
    const { member, depth, shift } = row;
    const children = [...tree.childrenOf(member.span.spanId)].reverse();
    for (const child of children)
      pending.push({ member: child, depth: depth + 1, shift: shiftOf(member, child, shift) });
  }
  return rows;
}

/** Only between hosts can clocks differ: there, a request that does not lie within its call is put in its middle. */
function shiftOf({ span: parent }: TraceSpan, { span: child }: TraceSpan, shift: bigint): bigint {
  if (parent.direction !== "Egress" || child.direction !== "Ingress") return shift;
  if (child.start >= parent.start && child.end <= parent.end) return shift;
  return shift + (parent.start + parent.end - child.start - child.end) / 2n;
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
