import type { Passage } from "./passage";
import type { Candidate } from "./passage-candidates";

/** With nothing learnt of the clocks, payload and addresses alone speak for a pair. */
const mostAssumed = 0.7;
const mostConfidence = 0.99;
/** Steps of what is stored: a trace is not written anew because others' figures changed a little. */
const steps = 20;

/** A server's client, how probable it is, and the next best. */
export interface FoundClient {
  readonly candidate: Candidate;
  readonly confidence: number;
  readonly runnerUp: Candidate | undefined;
}

/** How probable each chosen pair is, beside all others that its two sides could be in, and none at all. */
export function pairConfidences(
  candidates: readonly (readonly Candidate[])[],
  chosen: readonly (Candidate | undefined)[],
): (FoundClient | undefined)[] {
  const oddsOfClient = new Map<Passage, number>();
  for (const { client, odds } of candidates.flat()) {
    oddsOfClient.set(client, (oddsOfClient.get(client) ?? 0) + odds);
  }
  return chosen.map((candidate, place) => {
    if (candidate === undefined) return undefined;
    const others = candidates[place] as readonly Candidate[];
    const oddsOfServer = others.reduce((sum, { odds }) => sum + odds, 0);
    const all = 1 + oddsOfServer + (oddsOfClient.get(candidate.client) as number) - candidate.odds;
    return {
      candidate,
      confidence: storedConfidence(candidate.odds / all, candidate.isAssumed),
      runnerUp: nextBest(candidate, others),
    };
  });
}

/** As it is stored. */
export function storedConfidence(probability: number, isAssumed: boolean): number {
  if (isAssumed) return Math.min(Math.floor(probability * steps) / steps, mostAssumed);
  return probability >= mostConfidence ? mostConfidence : Math.floor(probability * steps) / steps;
}

/** The likeliest, but for the one that is chosen. */
export function nextBest(chosen: Candidate | undefined, candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (candidate !== chosen && (best === undefined || candidate.odds > best.odds)) best = candidate;
  }
  return best;
}
