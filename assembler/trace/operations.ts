import type { Span } from "../span/span";
import { isCall, isServed } from "./call-sides";
import type { SpanNode } from "./span-tree";
import type { Operation } from "./trace";
import type { TraceClock } from "./trace-clock";

/** Pairs each call with the request it arrived as, in the order of the calls given. */
export function operationsOf(nodes: readonly SpanNode[], clock: TraceClock): Operation[] {
  const operations: Operation[] = [];
  for (const node of nodes) {
    const { span } = node.member;
    if (!isCall(span) || node.children.length === 0) continue;
    const server = calleeOf(node);
    if (server !== undefined) operations.push(operation(span, server.member.span, clock));
  }
  return operations;
}

/** The request served under a call on the other end of the connection, else the first one: a proxy may have changed the addresses. */
export function calleeOf({ member: { span }, children }: SpanNode): SpanNode | undefined {
  let callee: SpanNode | undefined;
  for (const child of children) {
    if (!isServed(child.member.span)) continue;
    if (isOtherEnd(span, child.member.span)) return child;
    callee ??= child;
  }
  return callee;
}

function isOtherEnd(client: Span, server: Span): boolean {
  return (
    client.srcPort === server.dstPort &&
    client.dstPort === server.srcPort &&
    client.srcIp === server.dstIp &&
    client.dstIp === server.srcIp
  );
}

function operation(client: Span, server: Span, clock: TraceClock): Operation {
  const requestTime = server.start - client.start;
  const responseTime = client.end - server.end;
  const networkTime = requestTime + responseTime;
  // An offset is known only to lie between bounds, and those are set by the very times to be told apart.
  const isOneClock = client.agent === server.agent || clock.offsetOf(client.agent) === clock.offsetOf(server.agent);
  const isSplit = isOneClock && requestTime >= 0n && responseTime >= 0n;
  return {
    clientSpanId: client.spanId,
    serverSpanId: server.spanId,
    networkTime: networkTime >= 0n ? networkTime : undefined,
    requestTime: isSplit ? requestTime : undefined,
    responseTime: isSplit ? responseTime : undefined,
  };
}
