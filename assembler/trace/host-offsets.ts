import type { HostPair, HostPairs } from "./calls-between-hosts";
import { chooseOffset, type OffsetRange } from "./offset-range";

/** With more hosts than this their ranges are not narrowed by one another: that takes time with their third power. */
const mostNarrowed = 48;

/** A host, and by which requests it was reached from one before it. */
export interface ReachedHost {
  readonly agent: string;
  /** Place of the host before it; -1 for the first. */
  readonly from: number;
  readonly pair: HostPair | undefined;
}

/** An offset, and the range it was chosen from. */
export interface HostOffset extends OffsetRange {
  readonly offset: bigint;
}

/**
 * Offsets of hosts to the first of them, so that each pair's lies in its range. The ranges of all pairs together are a
 * simple temporal network: once each is narrowed by the ways over third hosts, offsets can be chosen one host after the
 * other and never run into a dead end (Dechter, Meiri, Pearl 1991). Where the ranges contradict one another, the pairs by
 * which the hosts were reached count and the others do not.
 */
export function hostOffsets(hosts: readonly ReachedHost[], pairs: HostPairs): HostOffset[] {
  let ends = 0;
  for (const { agent } of hosts) ends += pairs.get(agent)?.size ?? 0;
  const isTree = ends === 2 * (hosts.length - 1);
  if (isTree || hosts.length > mostNarrowed) return alongTheWay(hosts);
  const most = narrow(distances(hosts, pairs));
  return most === undefined ? alongTheWay(hosts) : oneByOne(most);
}

/** Each host by the one from which it was reached alone. */
function alongTheWay(hosts: readonly ReachedHost[]): HostOffset[] {
  const offsets: HostOffset[] = [];
  for (const { agent, from, pair } of hosts) {
    const before = offsets[from]?.offset ?? 0n;
    const { low, high } = pair?.rangeOf(agent) ?? { low: 0n, high: 0n };
    offsets.push(chosen({ low: before + low, high: before + high }));
  }
  return offsets;
}

function chosen(range: OffsetRange): HostOffset {
  return { ...range, offset: chooseOffset(range) };
}

/** `most[a][b]`: what host b may be ahead of host a at most; undefined = nothing is known. */
type Distances = (bigint | undefined)[][];

function distances(hosts: readonly ReachedHost[], pairs: HostPairs): Distances {
  const places = new Map(hosts.map(({ agent }, place) => [agent, place]));
  return hosts.map(({ agent }) => {
    const row: (bigint | undefined)[] = hosts.map(() => undefined);
    for (const [other, pair] of pairs.get(agent) ?? []) row[places.get(other) as number] = pair.rangeOf(other).high;
    return row;
  });
}

/** Shortest ways between all (Floyd, Warshall); undefined when the ranges contradict one another. */
function narrow(most: Distances): Distances | undefined {
  for (const [via, onwards] of most.entries()) {
    for (const [from, row] of most.entries()) {
      const there = row[via];
      if (there === undefined) continue;
      for (const [to, onward] of onwards.entries()) {
        if (onward === undefined) continue;
        const known = row[to];
        if (known === undefined || there + onward < known) row[to] = there + onward;
        if (to === from && (row[to] as bigint) < 0n) return undefined;
      }
    }
  }
  return most;
}

function oneByOne(most: Distances): HostOffset[] {
  const offsets: HostOffset[] = [];
  for (const host of most.keys()) {
    let low: bigint | undefined;
    let high: bigint | undefined;
    for (const [other, { offset }] of offsets.entries()) {
      const ahead = most[other]?.[host];
      const behind = most[host]?.[other];
      if (ahead !== undefined && (high === undefined || offset + ahead < high)) high = offset + ahead;
      if (behind !== undefined && (low === undefined || offset - behind > low)) low = offset - behind;
    }
    offsets.push(chosen({ low: low ?? 0n, high: high ?? 0n }));
  }
  return offsets;
}
