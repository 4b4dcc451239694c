import { calleeOf } from "./operations";
import type { SpanNode, SpanTree } from "./span-tree";

/** A trace of thousands of lost spans does not list them all. */
const mostWarnings = 20;

/** Of several ids in one sentence, so many are named. */
const mostNamed = 5;

/** Whether a traced service listens at an address, so that a request to it must have been seen there. */
export type Listens = (ip: string, port: number) => boolean;

export interface Completeness {
  readonly complete: boolean;
  readonly warnings: string[];
}

/**
 * Says what of a trace is missing or odd; `traceIds` are the ids its spans were given, `oddClocks` what is odd about its
 * hosts' clocks.
 */
export function judgeCompleteness(
  tree: SpanTree,
  traceIds: readonly string[],
  listens: Listens,
  oddClocks: readonly string[],
): Completeness {
  const warnings: string[] = [];
  addMissingRoot(tree, warnings);
  addMissingParents(tree, warnings);
  addMissingCallees(tree, listens, warnings);
  const complete = warnings.length === 0;
  warnings.push(...oddClocks);
  if (traceIds.length > 1) warnings.push(`spans carry ${traceIds.length} trace ids: ${named([...traceIds].sort())}`);
  const more = warnings.length - mostWarnings;
  if (more > 0) warnings.splice(mostWarnings, more, `and ${more} more`);
  return { complete, warnings };
}

function addMissingRoot(tree: SpanTree, warnings: string[]): void {
  if (tree.roots.length > 1) {
    const others = tree.roots.filter((node) => node !== tree.root).map((node) => node.member.span.spanId);
    warnings.push(`${tree.roots.length} spans have no parent; besides the root: ${named(others)}`);
  }
  const { span, parentId } = tree.root.member;
  if (parentId === "" && span.direction === "Egress") {
    warnings.push(`root ${span.spanId} is an Egress span: the request it was made for was not seen`);
  }
}

function addMissingParents(tree: SpanTree, warnings: string[]): void {
  for (const { member } of tree.orphans) {
    warnings.push(`span ${member.span.spanId}: its parent ${member.parentId} is missing`);
  }
  for (const { member } of tree.circular) {
    warnings.push(`span ${member.span.spanId}: its parents go round in a circle`);
  }
}

function addMissingCallees(tree: SpanTree, listens: Listens, warnings: string[]): void {
  for (const node of tree.nodes) {
    const { span } = node.member;
    if (!isCallWithoutCallee(node) || !listens(span.dstIp, span.dstPort)) continue;
    const address = addressOf(span.dstIp, span.dstPort);
    warnings.push(`span ${span.spanId}: its request was not seen at ${address}, where a traced service listens`);
  }
}

function isCallWithoutCallee(node: SpanNode): boolean {
  const { direction, dstPort } = node.member.span;
  return direction === "Egress" && dstPort !== 0 && calleeOf(node) === undefined;
}

function named(ids: readonly string[]): string {
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : "";
  return ids.slice(0, mostNamed).join(", ") + more;
}

export function addressOf(ip: string, port: number): string {
  return `${ip}:${port}`;
}
