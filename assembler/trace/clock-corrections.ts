import {
  allClocksAgree,
  type CallBetweenHosts,
  callsBetweenHosts,
  type HostPair,
  pairsOfHosts,
} from "./calls-between-hosts";
import { hostOffsets } from "./host-offsets";
import type { SpanTree } from "./span-tree";
import type { ClockCorrection } from "./trace";

export interface ClockFindings {
  readonly corrections: readonly ClockCorrection[];
  /** Requests between two hosts that no offset of theirs puts right, in words. */
  readonly warnings: readonly string[];
}

const agreeing: ClockFindings = { corrections: [], warnings: [] };

/**
 * Finds how the clocks of a trace's hosts differ, from the requests between them: a callee's times lie within its
 * call's. One host is one agent. Clocks that may agree as they are get no correction.
 */
export function findClockCorrections(tree: SpanTree): ClockFindings {
  if (allClocksAgree(tree)) return agreeing;
  const calls = callsBetweenHosts(tree);
  const pairs = pairsOfHosts(calls);
  const corrections: ClockCorrection[] = [];
  for (const hosts of connectedHosts(tree, calls, pairs)) {
    const relativeTo = (hosts[0] as ReachedHost).agent;
    const offsets = hostOffsets(hosts, pairs);
    for (const [place, { agent, call }] of hosts.entries()) {
      const { offset, low, high } = offsets[place] as { offset: bigint; low: bigint; high: bigint };
      if (offset === 0n || call === undefined) continue;
      const { client, server } = call;
      const evidence = { clientSpanId: client.spanId, serverSpanId: server.spanId };
      corrections.push({ agent, relativeTo, offset, least: low, most: high, ...evidence });
    }
  }
  return { corrections, warnings: pairs.filter(({ misfits }) => misfits > 0).map(misfitText) };
}

function misfitText({ first, second, calls, misfits }: HostPair): string {
  return `clocks of ${first} and ${second}: ${misfits} of ${calls} requests between them fit no common offset`;
}

interface ReachedHost {
  readonly agent: string;
  /** The first request that leads to it from a host before it, and all between the two. */
  readonly call: CallBetweenHosts | undefined;
  readonly reachedBy: HostPair | undefined;
}

/** Hosts that hang together by requests, each set from the host of its uppermost span on, the root's set first. */
function connectedHosts(
  tree: SpanTree,
  calls: readonly CallBetweenHosts[],
  pairs: readonly HostPair[],
): ReachedHost[][] {
  const callsOf = new Map<string, CallBetweenHosts[]>();
  for (const call of calls) {
    for (const { agent } of [call.client, call.server]) {
      const others = callsOf.get(agent);
      if (others === undefined) callsOf.set(agent, [call]);
      else others.push(call);
    }
  }
  const pairOf = new Map(pairs.map((pair) => [pairKey(pair.first, pair.second), pair]));
  const seen = new Set<string>();
  const sets: ReachedHost[][] = [];
  for (const top of [tree.root, ...tree.roots, ...tree.orphans, ...tree.circular]) {
    const { agent } = top.member.span;
    if (seen.has(agent)) continue;
    seen.add(agent);
    const hosts: ReachedHost[] = [{ agent, call: undefined, reachedBy: undefined }];
    for (const host of hosts) {
      for (const call of callsOf.get(host.agent) ?? []) {
        const other = call.client.agent === host.agent ? call.server.agent : call.client.agent;
        if (seen.has(other)) continue;
        seen.add(other);
        hosts.push({ agent: other, call, reachedBy: pairOf.get(pairKey(host.agent, other)) });
      }
    }
    sets.push(hosts);
  }
  return sets;
}

function pairKey(one: string, other: string): string {
  return JSON.stringify(one < other ? [one, other] : [other, one]);
}
