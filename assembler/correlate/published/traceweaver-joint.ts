import type { Mapping } from "./traceweaver-mappings";

type Batch = readonly (readonly Mapping[])[];

/** Rounds of improvement; each looks at every mapping of every request once. */
const mostPasses = 10;
/** Mappings looked at by the exact search; beyond it the best found so far stands. */
const mostSteps = 5_000;

/**
 * One mapping for each request of a batch such that no call is used twice and the scores' sum is largest: the heaviest
 * independent set of the graph whose nodes are mappings and whose edges join those that cannot both be true. Each
 * request's last mapping is the one without calls. Greedy, improved by putting
 * one request's mapping in the place of others', then an exact search as far as its steps go. Returns the mapping's
 * index per request.
 */
export function chooseJointly(batch: Batch): number[] {
  const chosen = improved(batch, greedy(batch));
  return exact(batch, chosen);
}

function greedy(batch: Batch): number[] {
  const all = batch.flatMap((mappings, request) => {
    const without = mappings[mappings.length - 1]?.score ?? 0;
    return mappings.map(({ score }, place) => ({ request, place, gain: score - without }));
  });
  all.sort((left, right) => right.gain - left.gain);
  const chosen = new Array<number>(batch.length).fill(-1);
  const owners = new Map<number, number>();
  for (const { request, place } of all) {
    if (chosen[request] !== -1) continue;
    const calls = callsOf(batch, request, place);
    if (calls.some((call) => owners.has(call))) continue;
    chosen[request] = place;
    for (const call of calls) owners.set(call, request);
  }
  return chosen;
}

function improved(batch: Batch, start: readonly number[]): number[] {
  const chosen = [...start];
  const owners = new Map<number, number>();
  const give = (request: number, place: number) => {
    chosen[request] = place;
    for (const call of callsOf(batch, request, place)) owners.set(call, request);
  };
  const take = (request: number) => {
    for (const call of callsOf(batch, request, chosen[request] as number)) owners.delete(call);
  };
  const scoreOf = (request: number) => batch[request]?.[chosen[request] as number]?.score ?? 0;
  for (const [request, place] of start.entries()) give(request, place);
  const tryOut = (request: number, place: number): boolean => {
    const rivals = new Set(callsOf(batch, request, place).map((call) => owners.get(call) ?? request));
    rivals.delete(request);
    const moved = [request, ...rivals];
    const before = moved.map((mover) => chosen[mover] as number);
    const scoreBefore = moved.reduce((sum, mover) => sum + scoreOf(mover), 0);
    for (const mover of moved) take(mover);
    give(request, place);
    for (const rival of rivals) {
      const free = (batch[rival] as readonly Mapping[]).findIndex(
        ({ calls }) => !calls.some((call) => owners.has(call)),
      );
      give(rival, free);
    }
    if (moved.reduce((sum, mover) => sum + scoreOf(mover), 0) > scoreBefore + 1e-9) return true;
    for (const mover of moved) take(mover);
    for (const [index, mover] of moved.entries()) give(mover, before[index] as number);
    return false;
  };
  for (let pass = 0; pass < mostPasses; pass += 1) {
    let isBetter = false;
    for (const [request, mappings] of batch.entries())
      for (const place of mappings.keys()) if (place !== chosen[request]) isBetter = tryOut(request, place) || isBetter;
    if (!isBetter) break;
  }
  return chosen;
}

function exact(batch: Batch, start: readonly number[]): number[] {
  // What the requests from each on could have at best.
  const bound = new Array<number>(batch.length + 1).fill(0);
  for (let index = batch.length - 1; index >= 0; index -= 1)
    bound[index] = (bound[index + 1] as number) + (batch[index]?.[0]?.score ?? 0);
  let best = [...start];
  let bestScore = start.reduce((sum, place, request) => sum + (batch[request]?.[place]?.score ?? 0), 0);
  let steps = 0;
  const used = new Set<number>();
  const chosen: number[] = [];
  const search = (index: number, score: number): void => {
    if (index === batch.length) {
      if (score > bestScore + 1e-9) [best, bestScore] = [[...chosen], score];
      return;
    }
    for (const [place, { score: own }] of (batch[index] as readonly Mapping[]).entries()) {
      if (score + own + (bound[index + 1] as number) <= bestScore + 1e-9 || steps > mostSteps) break;
      const calls = callsOf(batch, index, place);
      steps += 1;
      if (calls.some((call) => used.has(call))) continue;
      for (const call of calls) used.add(call);
      chosen.push(place);
      search(index + 1, score + own);
      chosen.pop();
      for (const call of calls) used.delete(call);
    }
  };
  search(0, 0);
  return best;
}

function callsOf(batch: Batch, request: number, place: number): number[] {
  return (batch[request]?.[place]?.calls ?? []).filter((call) => call >= 0);
}
