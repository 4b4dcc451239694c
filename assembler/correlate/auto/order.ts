import type { Links } from "./links";
import type { Anchor } from "./request-model";

/** Neighbours looked at on from each request: pairs further apart were seldom waiting together. */
const neighbours = 5;
/** Odds beyond 500 to 1 are more than a recording of some thousand pairs can show. */
const leastSwapped = 0.002;
/** As if so many pairs more had been seen, half a pair of them swapped: a handful of pairs should not make a rule. */
const priorPairs = 8;
const priorSwapped = 0.5;

/** Requests that have a call in a slot, by the time of their anchor, then by start. */
export function byAnchorTime(links: Links, slot: number, anchor: Anchor): { requests: Int32Array; at: Float64Array } {
  const { table } = links;
  const calls = links.callIn[slot] as Int32Array;
  const anchorCalls = links.callIn[anchor.slot];
  const at = new Float64Array(calls.length);
  const list: number[] = [];
  for (let request = 0; request < calls.length; request += 1) {
    const anchorCall = anchorCalls?.[request] ?? -1;
    at[request] = (
      anchorCall < 0
        ? table.requestStart[request]
        : anchor.atEnd
          ? table.callEnd[anchorCall]
          : table.callStart[anchorCall]
    ) as number;
    if (calls[request] !== -1) list.push(request);
  }
  return { requests: sortedBy(at, list), at };
}

/** By insertion: requests come nearly in the order of their anchors, so few steps are needed for each. */
function sortedBy(at: Float64Array, requests: number[]): Int32Array {
  const sorted = Int32Array.from(requests);
  for (let place = 1; place < sorted.length; place += 1) {
    const request = sorted[place] as number;
    const time = at[request] as number;
    let to = place;
    for (; to > 0 && (at[sorted[to - 1] as number] as number) > time; to -= 1) sorted[to] = sorted[to - 1] as number;
    sorted[to] = request;
  }
  return sorted;
}

/**
 * ln of the odds that of two requests waiting together the first makes its call first. Counted from pairs whose calls
 * can only be this way round, since with them exchanged one would outlast its request: gaps do not bias these.
 */
export function orderOdds(links: Links, slot: number, anchor: Anchor): number {
  const { table } = links;
  const calls = links.callIn[slot] as Int32Array;
  const { requests, at } = byAnchorTime(links, slot, anchor);
  let kept = 0;
  let swapped = 0;
  for (let place = 0; place < requests.length; place += 1) {
    const first = requests[place] as number;
    const firstCall = calls[first] as number;
    const firstStart = table.callStart[firstCall] as number;
    for (let next = place + 1; next <= place + neighbours && next < requests.length; next += 1) {
      const second = requests[next] as number;
      const waits = at[second] as number;
      if (waits >= firstStart) break;
      const secondCall = calls[second] as number;
      const secondStart = table.callStart[secondCall] as number;
      if (Math.min(firstStart, secondStart) < waits || firstStart === secondStart) continue;
      const outlasts = (request: number, call: number) =>
        (table.requestEnd[request] as number) >= (table.callEnd[call] as number);
      if (!outlasts(first, firstCall) || !outlasts(second, secondCall)) continue;
      if (outlasts(first, secondCall) && outlasts(second, firstCall)) continue;
      if (secondStart < firstStart) swapped += 1;
      else kept += 1;
    }
  }
  const share = Math.min(0.5, Math.max(leastSwapped, (swapped + priorSwapped) / (kept + swapped + priorPairs)));
  return Math.log((1 - share) / share);
}
