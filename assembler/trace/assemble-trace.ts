import { hash } from "node:crypto";
import { DistinctTexts } from "../collections/distinct-texts";
import { byText, sortFew } from "../collections/sort-few";
import { findClockCorrections } from "./clock-corrections";
import { criticalPath } from "./critical-path";
import { cutWarning, type IsCut } from "./cut-warning";
import { placeByHeaders } from "./header-parents";
import { operationsOf } from "./operations";
import { traceMinutes } from "./span-minutes";
import { byNodeTime, type SpanNode, type SpanTree, spanTree } from "./span-tree";
import type { Trace, TraceSpan } from "./trace";
import { rawClock, TraceClock } from "./trace-clock";
import { judgeCompleteness, type Listens } from "./trace-warnings";

const none: readonly string[] = [];

/** Makes one trace of its spans (at least one, ids unique). Pure; the order of `members` does not matter. */
export function assembleTrace(members: readonly TraceSpan[], listens: Listens, isCut: IsCut = () => false): Trace {
  const tree = spanTree(placeByHeaders(members));
  const root = tree.root.member.span;
  const services = new DistinctTexts();
  const traceIds = new DistinctTexts();
  let error = false;
  for (const { member } of tree.nodes) {
    const { component, traceId, isError } = member.span;
    services.add(component);
    traceIds.add(traceId);
    error ||= isError;
  }
  const isServer = root.direction === "Ingress";
  const clocks = findClockCorrections(tree);
  const clock = clocks.corrections.length === 0 ? rawClock : new TraceClock(clocks.corrections);
  const ordered = clock.isRaw ? tree.nodes : onOneClock(tree.nodes, clock);
  const spans = ordered.map((node) => node.member);
  const { complete, warnings } = judgeCompleteness(tree, traceIds.texts, listens, clocks.warnings);
  const cuts = traceIds.texts.some(isCut) ? traceIds.texts.filter(isCut).sort().map(cutWarning) : none;
  return {
    traceId: traceIdOf(root.traceId, traceIds.texts, root.spanId),
    rootSpanId: root.spanId,
    startTime: root.start,
    endTime: root.end,
    minutes: traceMinutes(spans),
    duration: root.end - root.start,
    endpoint: root.endpoint,
    component: root.component,
    protocol: root.protocol,
    status: root.status,
    clientIp: isServer ? root.dstIp : root.srcIp,
    clientPort: isServer ? root.dstPort : root.srcPort,
    serverIp: isServer ? root.srcIp : root.dstIp,
    serverPort: isServer ? root.srcPort : root.dstPort,
    services: sortFew([...services.texts], byText),
    error,
    complete: complete && cuts.length === 0,
    warnings: cuts.length === 0 ? warnings : [...cuts, ...warnings],
    criticalPath: idsOnPath(tree, clock),
    operations: operationsOf(ordered, clock),
    clockCorrections: clocks.corrections,
    spans,
  };
}

/** Puts the nodes' times on the root's clock; returns them in the order of those. */
function onOneClock(nodes: readonly SpanNode[], clock: TraceClock): readonly SpanNode[] {
  for (const node of nodes) {
    const offset = clock.offsetOf(node.member.span.agent);
    if (offset === 0n) continue;
    node.start += offset;
    node.end += offset;
  }
  return [...nodes].sort(byNodeTime);
}

/** By start, on the root's clock. */
function idsOnPath(tree: SpanTree, clock: TraceClock): string[] {
  const onPath = sortFew(criticalPath(tree), clock.isRaw ? byPlace : byNodeTime);
  return onPath.map(({ member }) => member.span.spanId);
}

function byPlace(left: SpanNode, right: SpanNode): number {
  return left.place - right.place;
}

/** The given id (the root's, else the first in order of text), or one that follows from the root span's id alone. */
function traceIdOf(rootsOwn: string, given: readonly string[], rootSpanId: string): string {
  if (rootsOwn !== "") return rootsOwn;
  const [first] = sortFew([...given], byText);
  return first ?? hash("sha256", `trace:${rootSpanId}`, "hex").slice(0, 32);
}
