import type { HostPair } from "./calls-between-hosts";
import { chooseOffset, type OffsetRange } from "./offset-range";

/** With more hosts than this their ranges are not narrowed by one another: that takes time with their third power. */
const mostNarrowed = 48;

/** An offset, and the range it was chosen from. */
export interface HostOffset extends OffsetRange {
  readonly offset: bigint;
}

/**
 * Offsets of hosts to the first of them, so that each pair's lies in its range. `hosts`: each after the first comes with
 * the pair that leads to it from one before it. The ranges of all pairs together are a simple temporal network: once
 * each is narrowed by the ways over third hosts, offsets can be chosen one host after the other and never run into a
 * dead end (Dechter, Meiri, Pearl 1991). Where the ranges contradict one another, the pairs that lead to the hosts count
 * and the others do not.
 */
export function hostOffsets(
  hosts: readonly { readonly agent: string; readonly reachedBy: HostPair | undefined }[],
  pairs: readonly HostPair[],
): HostOffset[] {
  const places = new Map(hosts.map(({ agent }, place) => [agent, place]));
  const leading = hosts.flatMap(({ reachedBy }) => reachedBy ?? []);
  const narrowed = hosts.length <= mostNarrowed ? narrow(distances(places, pairs)) : undefined;
  const most = narrowed ?? distances(places, leading);
  const offsets: HostOffset[] = [];
  for (let host = 0; host < hosts.length; host += 1) offsets.push(chooseNext(offsets, most));
  return offsets;
}

/** `most[a][b]`: what host b may be ahead of host a at most; undefined = nothing is known. */
type Distances = (bigint | undefined)[][];

function distances(places: ReadonlyMap<string, number>, pairs: readonly HostPair[]): Distances {
  const most: Distances = Array.from(places, () => []);
  for (const { first, second, range } of pairs) {
    const from = places.get(first);
    const to = places.get(second);
    if (from === undefined || to === undefined) continue;
    (most[from] as (bigint | undefined)[])[to] = range.high;
    (most[to] as (bigint | undefined)[])[from] = -range.low;
  }
  return most;
}

/** Shortest ways between all (Floyd, Warshall); undefined when the ranges contradict one another. */
function narrow(most: Distances): Distances | undefined {
  for (let via = 0; via < most.length; via += 1) {
    for (const [from, row] of most.entries()) {
      const there = row[via];
      if (there === undefined) continue;
      for (const [to, onward] of (most[via] as (bigint | undefined)[]).entries()) {
        if (onward === undefined) continue;
        const known = row[to];
        if (known === undefined || there + onward < known) row[to] = there + onward;
        if (to === from && (row[to] as bigint) < 0n) return undefined;
      }
    }
  }
  return most;
}

function chooseNext(chosen: readonly HostOffset[], most: Distances): HostOffset {
  const host = chosen.length;
  let low: bigint | undefined;
  let high: bigint | undefined;
  for (const [other, { offset }] of chosen.entries()) {
    const ahead = most[other]?.[host];
    const behind = most[host]?.[other];
    if (ahead !== undefined && (high === undefined || offset + ahead < high)) high = offset + ahead;
    if (behind !== undefined && (low === undefined || offset - behind > low)) low = offset - behind;
  }
  const range = { low: low ?? 0n, high: high ?? 0n };
  return { ...range, offset: chooseOffset(range) };
}
