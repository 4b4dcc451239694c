import { allClocksAgree, type CallBetweenHosts, type HostPairs, pairsOfHosts } from "./calls-between-hosts";
import { hostOffsets, type ReachedHost } from "./host-offsets";
import type { SpanNode, SpanTree } from "./span-tree";
import type { ClockCorrection } from "./trace";
import { TraceClock } from "./trace-clock";

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
  const pairs = pairsOfHosts(tree);
  const corrections: ClockCorrection[] = [];
  const seen = new Set<string>();
  const look = (top: SpanNode) => {
    const { agent } = top.member.span;
    if (!seen.has(agent)) corrections.push(...correctionsOf(hostsFrom(agent, pairs, seen), pairs));
  };
  look(tree.root);
  for (const tops of [tree.roots, tree.orphans, tree.circular]) for (const top of tops) look(top);
  return { corrections, warnings: misfits(pairs, new TraceClock(corrections)) };
}

/** The hosts that hang together with one by requests, the nearest first. */
function hostsFrom(first: string, pairs: HostPairs, seen: Set<string>): ReachedHost[] {
  seen.add(first);
  const hosts: ReachedHost[] = [{ agent: first, from: -1, pair: undefined }];
  for (const [from, { agent }] of hosts.entries()) {
    for (const [other, pair] of pairs.get(agent) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      hosts.push({ agent: other, from, pair });
    }
  }
  return hosts;
}

function correctionsOf(hosts: readonly ReachedHost[], pairs: HostPairs): ClockCorrection[] {
  const relativeTo = (hosts[0] as ReachedHost).agent;
  if (hosts.length === 1) return [];
  const corrections: ClockCorrection[] = [];
  for (const [place, { offset, low, high }] of hostOffsets(hosts, pairs).entries()) {
    const { agent, pair } = hosts[place] as ReachedHost;
    if (offset === 0n || pair === undefined) continue;
    const { client, server } = pair.calls[0] as CallBetweenHosts;
    const evidence = { clientSpanId: client.spanId, serverSpanId: server.spanId };
    corrections.push({ agent, relativeTo, offset, least: low, most: high, ...evidence });
  }
  return corrections;
}

function misfits(pairs: HostPairs, clock: TraceClock): string[] {
  const warnings: string[] = [];
  for (const [agent, ofAgent] of pairs) {
    for (const pair of ofAgent.values()) {
      const { one, other, calls } = pair;
      // Each pair is found under both of its hosts.
      const count = agent === one ? pair.misfits(clock.offsetOf(other) - clock.offsetOf(one)) : 0;
      if (count === 0) continue;
      const names = one < other ? `${one} and ${other}` : `${other} and ${one}`;
      warnings.push(`clocks of ${names}: ${count} of ${calls.length} requests between them do not fit`);
    }
  }
  return warnings;
}
