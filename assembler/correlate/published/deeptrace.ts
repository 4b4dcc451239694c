import type { Algorithm, Choice, Exchange } from "../algorithm";
import { type Candidate, candidatesOf } from "./deeptrace-candidates";
import { metricsOf } from "./deeptrace-metrics";
import { noChoice } from "./no-choice";

/** Rounds of settling; each settles half of the calls that are left, the last all of them. */
const rounds = 5;

/**
 * DeepTrace: a pair of request and call is scored by how alike the two are logically (identifiers in their payloads,
 * endpoints whose traffic goes together) and physically (densities of their delays and durations). A measure counts for
 * as much as it tells pairs apart: by its variance over the pairs. The calls whose best pair stands out most are
 * settled first; what they took is no candidate for others, and the densities are learnt anew.
 *
 * Message sizes, one of the paper's measures, are not part of an `Exchange`.
 */
export const deeptrace: Algorithm = (traffic) => {
  const { calls } = traffic;
  const candidates = candidatesOf(traffic);
  const choices: Choice[] = new Array(calls.length).fill(noChoice);
  const once = calledOnce(traffic.requests.length, calls);
  const taken = new Set<string>();
  let open = calls.map((_, place) => place).filter((place) => (candidates[place] as Candidate[]).length > 0);
  for (let round = 1; round <= rounds && open.length > 0; round += 1) {
    score(candidates, metricsOf(traffic, candidates));
    const ranked = open.map((place) => ranking(candidates[place] as Candidate[], place));
    ranked.sort((left, right) => right.margin - left.margin || left.place - right.place);
    const settled = ranked.slice(0, round === rounds ? ranked.length : Math.ceil(ranked.length / 2));
    const late = new Set(ranked.slice(settled.length).map(({ place }) => place));
    for (const { place } of settled) {
      const { key } = calls[place] as Exchange;
      const isOnce = once.has(key);
      const all = candidates[place] as Candidate[];
      const free = isOnce ? all.filter(({ request }) => !taken.has(`${request} ${key}`)) : all;
      // A call that finds all its candidates taken shares one rather than go without.
      const left = free.length > 0 ? free : all;
      const choice = choiceOf(left, all.length);
      choices[place] = choice;
      candidates[place] = left.filter(({ request }) => request === choice.request);
      if (isOnce) taken.add(`${choice.request} ${key}`);
    }
    for (const place of late) {
      const { key } = calls[place] as Exchange;
      const free = (candidates[place] as Candidate[]).filter(({ request }) => !taken.has(`${request} ${key}`));
      if (free.length > 0) candidates[place] = free;
    }
    open = [...late];
  }
  return choices;
};

/** Callees that requests ask at most once as far as numbers tell. */
function calledOnce(requests: number, calls: readonly Exchange[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { key } of calls) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count <= requests).map(([key]) => key));
}

/** Sets the candidates' scores: the sum of the measures scaled to 0…1, each weighted by its share of the variance. */
function score(candidates: readonly Candidate[][], metrics: readonly ((candidate: Candidate) => number)[]): void {
  const all = candidates.flat();
  for (const candidate of all) candidate.score = 0;
  const scaled = metrics.map((metric) => {
    const values = Float64Array.from(all, metric);
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const unit = values.map((value) => (most > least ? (value - least) / (most - least) : 0));
    const mean = unit.reduce((a, b) => a + b, 0) / unit.length;
    return { unit, variance: unit.reduce((sum, value) => sum + (value - mean) ** 2, 0) / unit.length };
  });
  const total = scaled.reduce((sum, { variance }) => sum + variance, 0);
  if (total === 0) return;
  for (const { unit, variance } of scaled)
    for (const [index, candidate] of all.entries()) candidate.score += ((unit[index] as number) * variance) / total;
}

function ranking(candidates: readonly Candidate[], place: number): { place: number; margin: number } {
  let best = 0;
  let second = 0;
  for (const { score } of candidates)
    if (score > best) [best, second] = [score, best];
    else if (score > second) second = score;
  return { place, margin: candidates.length === 1 ? Number.POSITIVE_INFINITY : best - second };
}

function choiceOf(candidates: readonly Candidate[], open: number): Choice {
  const [best, second] = [...candidates].sort((left, right) => right.score - left.score);
  if (best === undefined) return noChoice;
  const evidence = open === 1 ? "only" : best.shared > 0 ? "identifier" : "timing";
  const confidence = second === undefined ? 1 : best.score > 0 ? best.score / (best.score + second.score) : 0.5;
  return { request: best.request, confidence, runnerUp: second?.request ?? -1, evidence };
}
