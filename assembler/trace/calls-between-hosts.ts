import type { Span } from "../span/span";
import { isCall, isServed } from "./call-sides";
import { fitsAsItIs, mostAllowed, type OffsetRange, offsetsThatFit } from "./offset-range";
import type { SpanTree } from "./span-tree";

/** A request between two agents' hosts, seen at both ends. */
export interface CallBetweenHosts {
  readonly client: Span;
  readonly server: Span;
}

/** The requests of a trace between two hosts, in either direction. */
export class HostPair {
  /** In the order of the tree. */
  readonly calls: CallBetweenHosts[] = [];
  #range: OffsetRange | undefined;

  constructor(
    readonly one: string,
    readonly other: string,
  ) {}

  /**
   * What to add to the times of `agent`, one of the two, more than to those of the other, so that as many of the
   * requests as can be lie where they belong.
   */
  rangeOf(agent: string): OffsetRange {
    this.#range ??= this.#find();
    const { low, high } = this.#range;
    return agent === this.other ? this.#range : { low: -high, high: -low };
  }

  /** Requests that do not lie where they belong when the times of `other` are moved so much more than those of `one`. */
  misfits(offset: bigint): number {
    return this.calls.reduce((count, call) => {
      const { low, high } = this.#rangeOfCall(call);
      return low <= offset && offset <= high ? count : count + 1;
    }, 0);
  }

  #find(): OffsetRange {
    const ranges = this.calls.map((call) => this.#rangeOfCall(call));
    return ranges.length === 1 ? (ranges[0] as OffsetRange) : mostAllowed(ranges);
  }

  /** Of `other` to `one`. */
  #rangeOfCall({ client, server }: CallBetweenHosts): OffsetRange {
    const { low, high } = offsetsThatFit(client, server);
    return server.agent === this.other ? { low, high } : { low: -high, high: -low };
  }
}

/** By agent, then by the agents it exchanged requests with, in the order of the tree. */
export type HostPairs = ReadonlyMap<string, ReadonlyMap<string, HostPair>>;

/** Whether every request between hosts lies where it belongs without any correction. */
export function allClocksAgree(tree: SpanTree): boolean {
  for (const { parent, member } of tree.nodes) {
    if (parent === undefined || !isCallBetweenHosts(parent.member.span, member.span)) continue;
    if (!fitsAsItIs(parent.member.span, member.span)) return false;
  }
  return true;
}

/** The requests of a trace by the hosts between which they went. */
export function pairsOfHosts(tree: SpanTree): HostPairs {
  const pairs = new Map<string, Map<string, HostPair>>();
  for (const { parent, member } of tree.nodes) {
    if (parent === undefined || !isCallBetweenHosts(parent.member.span, member.span)) continue;
    const client = parent.member.span;
    pairOf(pairs, client.agent, member.span.agent).calls.push({ client, server: member.span });
  }
  return pairs;
}

/**
 * Only those requests count of which a call and its callee are known: that a request is received after it was sent, and
 * answered before the answer is there, is certain; a child of another kind may well outlast its parent.
 */
function isCallBetweenHosts(client: Span, server: Span): boolean {
  return client.agent !== server.agent && isServed(server) && isCall(client);
}

function pairOf(pairs: Map<string, Map<string, HostPair>>, one: string, other: string): HostPair {
  const ofOne = pairs.get(one);
  const known = ofOne?.get(other);
  if (known !== undefined) return known;
  const pair = new HostPair(one, other);
  if (ofOne === undefined) pairs.set(one, new Map([[other, pair]]));
  else ofOne.set(other, pair);
  const ofOther = pairs.get(other);
  if (ofOther === undefined) pairs.set(other, new Map([[one, pair]]));
  else ofOther.set(one, pair);
  return pair;
}
