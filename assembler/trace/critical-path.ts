import type { SpanTree } from "./span-tree";
import type { TraceSpan } from "./trace";

/**
 * Ids of the spans without which the root would have ended sooner, by start: going back from the end of a span, the
 * child that ended last before that moment, then from that child's start on the same again. A call's other side is
 * always on the path when the call is: its host's clock is another one and its times tell nothing here.
 */
export function criticalPath(tree: SpanTree): string[] {
  const onPath = new Set<TraceSpan>();
  const pending = [tree.root];
  for (let member = pending.pop(); member !== undefined; member = pending.pop()) {
    if (onPath.has(member)) continue;
    onPath.add(member);
    pending.push(...decisiveChildren(member, tree.childrenOf(member.span.spanId)));
  }
  return tree.spans.filter((member) => onPath.has(member)).map((member) => member.span.spanId);
}

function decisiveChildren(parent: TraceSpan, children: readonly TraceSpan[]): TraceSpan[] {
  const decisive: TraceSpan[] = [];
  const isCall = parent.span.direction === "Egress";
  let before = parent.span.end;
  const byEnd = [...children].sort((left, right) => compare(right.span.end, left.span.end));
  for (const child of byEnd) {
    if (isCall && child.span.direction === "Ingress") decisive.push(child);
    else if (child.span.end <= before && child.span.start >= parent.span.start) {
      decisive.push(child);
      before = child.span.start;
    }
  }
  return decisive;
}

function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
