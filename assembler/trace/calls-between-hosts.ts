import type { Span } from "../span/span";
import { isCall, isServed } from "./call-sides";
import { fitsAsItIs, mostAllowed, type OffsetRange, offsetsThatFit } from "./offset-range";
import type { SpanTree } from "./span-tree";

/** A request between two agents' hosts, seen at both ends. */
export interface CallBetweenHosts {
  readonly client: Span;
  readonly server: Span;
}

/** All requests of a trace between two hosts, in either direction. */
export interface HostPair {
  /** In order of text. */
  readonly first: string;
  readonly second: string;
  /** What to add to the second one's times more than to the first one's. */
  readonly range: OffsetRange;
  readonly calls: number;
  /** Requests that no offset puts right together with the others: the range is that of the others. */
  readonly misfits: number;
}

/**
 * Requests between hosts, in the order of the tree. Only those count of which a call and its callee are known: that a
 * request is received after it was sent, and answered before the answer is there, is certain; a child of another kind
 * may well outlast its parent.
 */
export function callsBetweenHosts(tree: SpanTree): CallBetweenHosts[] {
  const calls: CallBetweenHosts[] = [];
  for (const { parent, member } of tree.nodes) {
    if (parent === undefined || !isCallBetweenHosts(parent.member.span, member.span)) continue;
    calls.push({ client: parent.member.span, server: member.span });
  }
  return calls;
}

/** Whether every request between hosts lies where it belongs without any correction. */
export function allClocksAgree(tree: SpanTree): boolean {
  for (const { parent, member } of tree.nodes) {
    if (parent === undefined || !isCallBetweenHosts(parent.member.span, member.span)) continue;
    if (!fitsAsItIs(parent.member.span, member.span)) return false;
  }
  return true;
}

function isCallBetweenHosts(client: Span, server: Span): boolean {
  return client.agent !== server.agent && isServed(server) && isCall(client);
}

/** What the requests say about each two hosts that exchange any, by their first request. */
export function pairsOfHosts(calls: readonly CallBetweenHosts[]): HostPair[] {
  const ranges = new Map<string, { first: string; second: string; ranges: OffsetRange[] }>();
  for (const { client, server } of calls) {
    const isForward = client.agent < server.agent;
    const [first, second] = isForward ? [client.agent, server.agent] : [server.agent, client.agent];
    const { low, high } = offsetsThatFit(client, server);
    const range = isForward ? { low, high } : { low: -high, high: -low };
    const key = JSON.stringify([first, second]);
    const pair = ranges.get(key);
    if (pair === undefined) ranges.set(key, { first, second, ranges: [range] });
    else pair.ranges.push(range);
  }
  return [...ranges.values()].map(({ first, second, ranges: all }) => {
    const { low, high, count } = mostAllowed(all);
    return { first, second, range: { low, high }, calls: all.length, misfits: all.length - count };
  });
}
