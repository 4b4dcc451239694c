import { isCall, isServed } from "./call-sides";
import type { SpanNode, SpanTree } from "./span-tree";
import { compareTimes, type TraceClock } from "./trace-clock";

/**
 * The spans without which the root would have ended sooner: going back from the end of a span, the child that ended
 * last before that moment, then from that child's start on the same again. A call's other side is on the path whenever
 * the call is, also where the two hosts' times fit no common clock.
 */
export function criticalPath(tree: SpanTree, clock: TraceClock): Set<SpanNode> {
  const onPath = new Set<SpanNode>([tree.root]);
  // A Set yields what is added while it is gone through.
  for (const node of onPath) if (node.children.length > 0) addDecisiveChildren(node, clock, onPath);
  return onPath;
}

function addDecisiveChildren(parent: SpanNode, clock: TraceClock, onPath: Set<SpanNode>): void {
  const { span } = parent.member;
  const start = clock.startOf(span);
  let before = clock.endOf(span);
  for (const child of byEnd(parent.children, clock)) {
    const { span: own } = child.member;
    if (isCall(span) && isServed(own)) onPath.add(child);
    else if (clock.endOf(own) <= before && clock.startOf(own) >= start) {
      onPath.add(child);
      before = clock.startOf(own);
    }
  }
}

function byEnd(children: readonly SpanNode[], clock: TraceClock): readonly SpanNode[] {
  if (children.length === 1) return children;
  return [...children].sort((left, right) =>
    compareTimes(clock.endOf(right.member.span), clock.endOf(left.member.span)),
  );
}
