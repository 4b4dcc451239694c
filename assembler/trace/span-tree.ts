import { bySpanTime } from "../span/span";
import type { TraceSpan } from "./trace";

/** The spans of one trace as a tree, or as several when it has several roots. */
export interface SpanTree {
  /** By start. */
  readonly spans: readonly TraceSpan[];
  /** The span that stands for the trace. */
  readonly root: TraceSpan;
  /** Spans without a parent. */
  readonly roots: readonly TraceSpan[];
  /** Spans whose parent is not in the trace. */
  readonly orphans: readonly TraceSpan[];
  /** One span of each circle of parents; it is treated as having none. */
  readonly circular: readonly TraceSpan[];
  childrenOf(spanId: string): readonly TraceSpan[];
}

const none: readonly TraceSpan[] = [];

/** Builds the tree of a trace's spans (at least one, ids unique); the same for any order of the input. */
export function spanTree(members: readonly TraceSpan[]): SpanTree {
  const spans = [...members].sort((left, right) => bySpanTime(left.span, right.span));
  const present = new Set(spans.map((member) => member.span.spanId));
  const children = new Map<string, TraceSpan[]>();
  const roots: TraceSpan[] = [];
  const orphans: TraceSpan[] = [];
  for (const member of spans) {
    if (member.parentId === "") roots.push(member);
    else if (!present.has(member.parentId)) orphans.push(member);
    else {
      const siblings = children.get(member.parentId);
      if (siblings === undefined) children.set(member.parentId, [member]);
      else siblings.push(member);
    }
  }
  const childrenOf = (spanId: string) => children.get(spanId) ?? none;
  const circular = findCircles(spans, [...roots, ...orphans], childrenOf);
  const ingress = roots.find((member) => member.span.direction === "Ingress");
  const root = (ingress ?? roots[0] ?? orphans[0] ?? circular[0]) as TraceSpan;
  return { spans, root, roots, orphans, circular, childrenOf };
}

/** What cannot be reached from any top span hangs on a circle of parents; the earliest of each is its entry. */
function findCircles(
  spans: readonly TraceSpan[],
  tops: readonly TraceSpan[],
  childrenOf: (spanId: string) => readonly TraceSpan[],
): TraceSpan[] {
  const reached = new Set<TraceSpan>();
  const reach = (from: readonly TraceSpan[]) => {
    const pending = [...from];
    for (let member = pending.pop(); member !== undefined; member = pending.pop()) {
      if (reached.has(member)) continue;
      reached.add(member);
      for (const child of childrenOf(member.span.spanId)) pending.push(child);
    }
  };
  reach(tops);
  const circular: TraceSpan[] = [];
  if (reached.size === spans.length) return circular;
  for (const member of spans) {
    if (reached.has(member)) continue;
    circular.push(member);
    reach([member]);
  }
  return circular;
}
