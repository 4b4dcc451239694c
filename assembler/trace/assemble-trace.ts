import { createHash } from "node:crypto";
import { isErrorStatus } from "../span/response-status";
import { criticalPath } from "./critical-path";
import { traceMinutes } from "./span-minutes";
import { spanTree } from "./span-tree";
import type { Trace, TraceSpan } from "./trace";
import { judgeCompleteness, type Listens } from "./trace-warnings";

/** Makes one trace of its spans (at least one, ids unique). Pure; the order of `members` does not matter. */
export function assembleTrace(members: readonly TraceSpan[], listens: Listens): Trace {
  const tree = spanTree(members);
  const root = tree.root.span;
  const services = new Set<string>();
  const traceIds = new Set<string>();
  let error = false;
  for (const { span } of tree.spans) {
    if (span.component !== "") services.add(span.component);
    if (span.traceId !== "") traceIds.add(span.traceId);
    error ||= isErrorStatus(span.status, span.direction);
  }
  const isServer = root.direction === "Ingress";
  const { complete, warnings } = judgeCompleteness(tree, traceIds, listens);
  return {
    traceId: traceIdOf(root.traceId, traceIds, root.spanId),
    rootSpanId: root.spanId,
    startTime: root.start,
    endTime: root.end,
    minutes: traceMinutes(tree.spans),
    duration: root.end - root.start,
    endpoint: root.endpoint,
    component: root.component,
    protocol: root.protocol,
    status: root.status,
    clientIp: isServer ? root.dstIp : root.srcIp,
    clientPort: isServer ? root.dstPort : root.srcPort,
    serverIp: isServer ? root.srcIp : root.dstIp,
    serverPort: isServer ? root.srcPort : root.dstPort,
    services: [...services].sort(),
    error,
    complete,
    warnings,
    criticalPath: criticalPath(tree),
    spans: tree.spans,
  };
}

/** The given id (the root's, else the first in order of text), or one that follows from the root span's id alone. */
function traceIdOf(rootsOwn: string, given: ReadonlySet<string>, rootSpanId: string): string {
  if (rootsOwn !== "") return rootsOwn;
  const [first] = [...given].sort();
  return first ?? createHash("sha256").update(`trace:${rootSpanId}`).digest("hex").slice(0, 32);
}
