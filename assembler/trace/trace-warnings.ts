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
  traceIds: ReadonlySet<string>,
  listens: Listens,
  oddClocks: readonly string[],
): Completeness {
  const missing = [...missingRoot(tree), ...missingParents(tree), ...missingCallees(tree, listens)];
  const warnings = [...missing, ...oddClocks];
  if (traceIds.size > 1) warnings.push(`spans carry ${traceIds.size} trace ids: ${named([...traceIds].sort())}`);
  const more = warnings.length - mostWarnings;
  if (more > 0) warnings.splice(mostWarnings, more, `and ${more} more`);
  return { complete: missing.length === 0, warnings };
}

function missingRoot(tree: SpanTree): string[] {
  const warnings: string[] = [];
  if (tree.roots.length > 1) {
    const others = tree.roots.filter((node) => node !== tree.root).map((node) => node.member.span.spanId);
    warnings.push(`${tree.roots.length} spans have no parent; besides the root: ${named(others)}`);
  }
  const { span, parentId } = tree.root.member;
  if (parentId === "" && span.direction === "Egress") {
    warnings.push(`root ${span.spanId} is an Egress span: the request it was made for was not seen`);
  }
  return warnings;
}

function missingParents(tree: SpanTree): string[] {
  return [
    ...tree.orphans.map(({ member }) => `span ${member.span.spanId}: its parent ${member.parentId} is missing`),
    ...tree.circular.map(({ member }) => `span ${member.span.spanId}: its parents go round in a circle`),
  ];
}

function missingCallees(tree: SpanTree, listens: Listens): string[] {
  const warnings: string[] = [];
  for (const node of tree.nodes) {
    const { span } = node.member;
    if (!isCallWithoutCallee(node) || !listens(span.dstIp, span.dstPort)) continue;
    const address = addressOf(span.dstIp, span.dstPort);
    warnings.push(`span ${span.spanId}: its request was not seen at ${address}, where a traced service listens`);
  }
  return warnings;
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
