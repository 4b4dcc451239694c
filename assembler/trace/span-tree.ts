import { sortFew } from "../collections/sort-few";
import { bySpanTime } from "../span/span";
import type { TraceSpan } from "./trace";

/** A span in the tree of its trace. */
export class SpanNode {
  /** Undefined for a top span: one without a parent, with an absent one, or where a circle of parents was cut. */
  parent: SpanNode | undefined;
  children: readonly SpanNode[] = none;
  /** Index among the nodes of its tree. */
  place = 0;
  /** Nanoseconds, on the host's own clock until it is corrected. */
  start: bigint;
  end: bigint;

  constructor(readonly member: TraceSpan) {
    this.start = member.span.start;
    this.end = member.span.end;
  }
}

/** The spans of one trace as a tree, or as several when it has several top spans. No path goes round in a circle. */
export interface SpanTree {
  /** By start, on each host's own clock. */
  readonly nodes: readonly SpanNode[];
  /** The span that stands for the trace. */
  readonly root: SpanNode;
  /** Spans without a parent. */
  readonly roots: readonly SpanNode[];
  /** Spans whose parent is not in the trace. */
  readonly orphans: readonly SpanNode[];
  /** The earliest span of each circle of parents; it is treated as having none. */
  readonly circular: readonly SpanNode[];
}

const none: readonly SpanNode[] = [];
/** In longer lists a map finds a node sooner, its making included. */
const few = 24;

/** Builds the tree of a trace's spans (at least one, ids unique); the same for any order of the input. */
export function spanTree(members: readonly TraceSpan[]): SpanTree {
  const nodes = members.map((member) => new SpanNode(member));
  sortFew(nodes, byNodeTime);
  for (let place = 0; place < nodes.length; place += 1) (nodes[place] as SpanNode).place = place;
  const byId = nodes.length > few ? nodesById(nodes) : undefined;
  const roots: SpanNode[] = [];
  const orphans: SpanNode[] = [];
  for (const node of nodes) {
    const { parentId } = node.member;
    if (parentId === "") {
      roots.push(node);
      continue;
    }
    const parent = byId === undefined ? findNode(nodes, parentId, node.place) : byId.get(parentId);
    if (parent !== undefined) hang(node, parent);
    else orphans.push(node);
  }
  const circular = cutCircles(nodes, roots, orphans);
  const ingress = roots.find((node) => node.member.span.direction === "Ingress");
  const root = (ingress ?? roots[0] ?? orphans[0] ?? circular[0]) as SpanNode;
  return { nodes, root, roots, orphans, circular };
}

function nodesById(nodes: readonly SpanNode[]): ReadonlyMap<string, SpanNode> {
  return new Map(nodes.map((node) => [node.member.span.spanId, node]));
}

/** Goes back from a place first: mostly a parent stands shortly before its child. */
function findNode(nodes: readonly SpanNode[], spanId: string, from: number): SpanNode | undefined {
  for (let place = from; place >= 0; place -= 1) {
    const node = nodes[place] as SpanNode;
    if (node.member.span.spanId === spanId) return node;
  }
  for (let place = from + 1; place < nodes.length; place += 1) {
    const node = nodes[place] as SpanNode;
    if (node.member.span.spanId === spanId) return node;
  }
  return undefined;
}

function hang(node: SpanNode, parent: SpanNode): void {
  node.parent = parent;
  const { children } = parent;
  // Most have one or two: appending to a list leaves room for sixteen more.
  if (children.length === 0) parent.children = [node];
  else if (children.length === 1) parent.children = [children[0] as SpanNode, node];
  else (children as SpanNode[]).push(node);
}

/** What cannot be reached from any top span hangs on a circle of parents. */
function cutCircles(
  nodes: readonly SpanNode[],
  roots: readonly SpanNode[],
  orphans: readonly SpanNode[],
): readonly SpanNode[] {
  // Round a circle some parent stands behind its child.
  if (nodes.every(({ parent, place }) => parent === undefined || parent.place < place)) return none;
  const reached = new Set<SpanNode>();
  for (const tops of [roots, orphans]) for (const top of tops) reach(top, reached);
  if (reached.size === nodes.length) return none;
  const circular: SpanNode[] = [];
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const entry = earliestOfCircle(node);
    const parent = entry.parent as SpanNode;
    parent.children = parent.children.filter((child) => child !== entry);
    entry.parent = undefined;
    circular.push(entry);
    reach(entry, reached);
  }
  return circular;
}

function reach(top: SpanNode, reached: Set<SpanNode>): void {
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const child of node.children) pending.push(child);
  }
}

/** Going up from a span that hangs on a circle leads onto the circle, and then round it. */
function earliestOfCircle(hanging: SpanNode): SpanNode {
  const passed = new Set<SpanNode>();
  let node = hanging;
  while (!passed.has(node)) {
    passed.add(node);
    node = node.parent as SpanNode;
  }
  const start = node;
  let earliest = start;
  for (let next = start.parent as SpanNode; next !== start; next = next.parent as SpanNode) {
    if (bySpanTime(next.member.span, earliest.member.span) < 0) earliest = next;
  }
  return earliest;
}

/** As spans are ordered: by start, longer first, then by id. */
export function byNodeTime(left: SpanNode, right: SpanNode): number {
  if (left.start !== right.start) return left.start < right.start ? -1 : 1;
  if (left.end !== right.end) return left.end > right.end ? -1 : 1;
  return bySpanTime(left.member.span, right.member.span);
}
