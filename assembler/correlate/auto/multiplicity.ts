import type { Candidates } from "./candidates";
import type { TrafficTable } from "./traffic-table";

/**
 * Share of the requests that must show a number of calls before it is believed. Few are enough: a place that is seldom
 * used is learnt to be so, while a call without one is left over or pushes another out of place.
 */
const leastShare = 0.001;
/** So many calls more than places may be calls whose own request was lost. */
const spareShare = 0.01;
/** A request that calls one callee more often than this is not told from its neighbours by counting. */
const mostCalls = 16;

/**
 * How many calls to each callee a request makes at most: seen from calls with a single candidate, and at least as many
 * as it takes to place them all.
 */
export function multiplicities(table: TrafficTable, candidates: Candidates): Int32Array {
  const { callee, callees, requestStart } = table;
  const sole = new Map<number, Int32Array>();
  const calls = new Int32Array(callees);
  const isCandidate = Array.from({ length: callees }, () => new Uint8Array(requestStart.length));
  for (let call = 0; call < callee.length; call += 1) {
    const from = candidates.from[call] as number;
    const to = candidates.from[call + 1] as number;
    const callTo = callee[call] as number;
    if (to === from) continue;
    calls[callTo] = (calls[callTo] as number) + 1;
    const marks = isCandidate[callTo] as Uint8Array;
    for (let edge = from; edge < to; edge += 1) marks[candidates.request[edge] as number] = 1;
    if (to !== from + 1) continue;
    const counts = sole.get(callTo) ?? new Int32Array(requestStart.length);
    sole.set(callTo, counts);
    const request = candidates.request[from] as number;
    counts[request] = (counts[request] as number) + 1;
  }
  return calls.map((count, callTo) => {
    const requests = (isCandidate[callTo] as Uint8Array).reduce((sum, mark) => sum + mark, 0);
    const needed = requests === 0 ? 1 : Math.ceil((count / requests) * (1 - spareShare));
    return Math.min(mostCalls, Math.max(1, needed, seen(sole.get(callTo))));
  });
}

function seen(counts: Int32Array | undefined): number {
  if (counts === undefined) return 1;
  const having = new Int32Array(mostCalls + 1);
  let showing = 0;
  for (const count of counts) {
    if (count === 0) continue;
    showing += 1;
    for (let number = 1; number <= Math.min(count, mostCalls); number += 1) {
      having[number] = (having[number] as number) + 1;
    }
  }
  let most = 1;
  for (let number = 2; number <= mostCalls; number += 1) {
    if ((having[number] as number) >= leastShare * showing) most = number;
  }
  // What is made again at times may be made once more than was seen: a place too few pushes other calls out of theirs.
  return most === 1 ? 1 : Math.min(mostCalls, most + 1);
}
