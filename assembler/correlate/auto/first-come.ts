import type { Candidates } from "./candidates";
import type { Links } from "./links";

/**
 * Gives each call to one of its candidates as a first guess: one that its evidence points to before others, one that
 * outlasts it, one with the fewest calls to that callee, the first.
 */
export function giveFirstCome(links: Links, candidates: Candidates, isPointedTo: Uint8Array): void {
  const { table } = links;
  const { callEnd, requestEnd, callee } = table;
  for (let call = 0; call < callee.length; call += 1) {
    const to = callee[call] as number;
    const places = (links.slotsOf[to] as number[]).length;
    const end = callEnd[call] as number;
    let best = -1;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let edge = candidates.from[call] as number; edge < (candidates.from[call + 1] as number); edge += 1) {
      const request = candidates.request[edge] as number;
      const count = links.countOf(to, request);
      if (count >= places) continue;
      const outlasts = (requestEnd[request] as number) >= end;
      const rank = (isPointedTo[edge] === 1 ? 0 : 2 * (places + 1)) + (outlasts ? 0 : places + 1) + count;
      if (rank < bestRank) {
        bestRank = rank;
        best = request;
      }
    }
    if (best >= 0) links.give(best, call);
  }
}
