import type { SpanTree } from "./span-tree";
import type { TraceSpan } from "./trace";

/** A trace of thousands of lost spans does not list them all. */
const mostWarnings = 20;

/** Whether a traced service listens at an address, so that a request to it must have been seen there. */
export type Listens = (ip: string, port: number) => boolean;

export interface Completeness {
  readonly complete: boolean;
  readonly warnings: string[];
}

/** Says what of a trace is missing or odd; `traceIds` are the ids its spans were given. */
export function judgeCompleteness(tree: SpanTree, traceIds: ReadonlySet<string>, listens: Listens): Completeness {
  const missing = [...missingRoot(tree), ...missingParents(tree), ...missingCallees(tree, listens)];
  const odd: string[] = [];
  if (traceIds.size > 1) odd.push(`spans carry ${traceIds.size} trace ids: ${[...traceIds].sort().join(", ")}`);
  const warnings = [...missing, ...odd];
  const more = warnings.length - mostWarnings;
  if (more > 0) warnings.splice(mostWarnings, more, `and ${more} more`);
  return { complete: missing.length === 0, warnings };
}

function missingRoot(tree: SpanTree): string[] {
  const warnings: string[] = [];
  if (tree.roots.length > 1) {
    const others = tree.roots.filter((member) => member !== tree.root).map((member) => member.span.spanId);
    warnings.push(`${tree.roots.length} spans have no parent; besides the root: ${others.slice(0, 5).join(", ")}`);
  }
  if (tree.roots.includes(tree.root) && tree.root.span.direction === "Egress") {
    warnings.push(`root ${tree.root.span.spanId} is an Egress span: the request it was made for was not seen`);
  }
  return warnings;
}

function missingParents(tree: SpanTree): string[] {
  return [
    ...tree.orphans.map((member) => `span ${member.span.spanId}: its parent ${member.parentId} is missing`),
    ...tree.circular.map((member) => `span ${member.span.spanId}: its parents go round in a circle`),
  ];
}

function missingCallees(tree: SpanTree, listens: Listens): string[] {
  return tree.spans
    .filter((member) => isCallWithoutCallee(member, tree) && listens(member.span.dstIp, member.span.dstPort))
    .map(({ span }) => {
      const address = addressOf(span.dstIp, span.dstPort);
      return `span ${span.spanId}: its request was not seen at ${address}, where a traced service listens`;
    });
}

function isCallWithoutCallee(member: TraceSpan, tree: SpanTree): boolean {
  if (member.span.direction !== "Egress" || member.span.dstPort === 0) return false;
  return !tree.childrenOf(member.span.spanId).some((child) => child.span.direction === "Ingress");
}

export function addressOf(ip: string, port: number): string {
  return `${ip}:${port}`;
}
