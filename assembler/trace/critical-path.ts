import { sortFew } from "../collections/sort-few";
import { isCall, isServed } from "./call-sides";
import type { SpanNode, SpanTree } from "./span-tree";
import { compareTimes } from "./trace-clock";

/**
 * The spans without which the root would have ended sooner: going back from the end of a span, the child that ended
 * last before that moment, then from that child's start on the same again. A call's other side is on the path whenever
 * the call is, also where the two hosts' times fit no common clock.
 */
export function criticalPath(tree: SpanTree): SpanNode[] {
  const onPath = [tree.root];
  // Grows while it is gone through; no node has two parents.
  for (const node of onPath) if (node.children.length > 0) addDecisiveChildren(node, onPath);
  return onPath;
}

function addDecisiveChildren(parent: SpanNode, onPath: SpanNode[]): void {
  const isRequest = isCall(parent.member.span);
  let before = parent.end;
  for (const child of byEnd(parent.children)) {
    if (isRequest && isServed(child.member.span)) onPath.push(child);
    else if (child.end <= before && child.start >= parent.start) {
      onPath.push(child);
      before = child.start;
    }
  }
}

function byEnd(children: readonly SpanNode[]): readonly SpanNode[] {
  if (children.length === 1) return children;
  return sortFew([...children], (left, right) => compareTimes(right.end, left.end));
}
