import type { Algorithm, Choice, Exchange, ProcessTraffic } from "../algorithm";
import { noChoice } from "./no-choice";
import { openRequests } from "./open-requests";

/**
 * WAP5 (Reynolds et al., WWW 2006): the time from a message to the message it causes is exponential, with a mean per
 * pair of kinds; a call is linked to the open request that most probably caused it. The means are estimated from the
 * nearest request of the kind before each call, as the paper does, and not learnt anew from the links.
 */
export const wap5: Algorithm = (traffic) => {
  const { requests, calls } = traffic;
  const openAt = openRequests(traffic);
  const means = meanDelays(traffic, openAt);
  return calls.map((call, place): Choice => {
    const open = openAt[place] as number[];
    let best = -1;
    let second = -1;
    let bestDensity = 0;
    let secondDensity = 0;
    let total = 0;
    for (const candidate of open) {
      const request = requests[candidate] as Exchange;
      const mean = means.get(pairOf(request, call)) ?? 1;
      const density = Math.exp(-(call.start - request.start) / mean) / mean;
      total += density;
      if (density >= bestDensity) {
        [second, secondDensity] = [best, bestDensity];
        [best, bestDensity] = [candidate, density];
      } else if (density >= secondDensity) [second, secondDensity] = [candidate, density];
    }
    if (best < 0) return noChoice;
    const confidence = total > 0 ? bestDensity / total : 1 / open.length;
    return { request: best, confidence, runnerUp: second, evidence: open.length === 1 ? "only" : "timing" };
  });
};

function pairOf(request: Exchange, call: Exchange): string {
  return `${request.key}\n${call.key}`;
}

/** Per kind of request and kind of call, the mean time from the nearest open request before a call; nanoseconds. */
function meanDelays({ requests, calls }: ProcessTraffic, openAt: readonly number[][]): Map<string, number> {
  const sums = new Map<string, { delay: number; count: number }>();
  for (const [place, call] of calls.entries()) {
    const nearest = new Map<string, Exchange>();
    for (const candidate of openAt[place] as number[]) {
      const request = requests[candidate] as Exchange;
      nearest.set(pairOf(request, call), request);
    }
    for (const [pair, request] of nearest) {
      const sum = sums.get(pair) ?? { delay: 0, count: 0 };
      sums.set(pair, { delay: sum.delay + call.start - request.start, count: sum.count + 1 });
    }
  }
  return new Map([...sums].map(([pair, { delay, count }]) => [pair, Math.max(delay / count, 1)]));
}
