import type { Algorithm, Choice, Exchange, ProcessTraffic } from "./algorithm";
import { type Learnt, learnFrom } from "./auto/learnt";
import { epochAt, sampleOf } from "./auto/samples";
import { solveStretch } from "./auto/solve-stretch";
import { blockAt, type Places, type Stretch, stretchesOf, type Timed } from "./auto/stretches";

/**
 * The default: what threads, identifiers and learnt gaps say together, solved as an assignment, stretch by stretch of
 * the process' time.
 */
export const auto: Algorithm = (traffic) => {
  const requests = traffic.requests.map(timed);
  const calls = traffic.calls.map(timed);
  // By call, as every call is some stretch's own.
  const choices: Choice[] = [];
  const learntOf = new Map<bigint, Learnt | undefined>();
  for (let next = 0; next < calls.length; ) {
    const { start } = calls[next] as Timed;
    const epoch = epochAt(start);
    const learnt = () => {
      if (!learntOf.has(epoch)) {
        const sample = sampleOf({ requests, calls }, epoch);
        learntOf.set(epoch, sample && learnFrom(partOf(traffic, sample)));
      }
      return learntOf.get(epoch);
    };
    for (const stretch of stretchesOf({ requests, calls }, blockAt(start))) {
      const solved = solveStretch(partOf(traffic, stretch), learnt, ownPlaces(stretch));
      const placeOf = (at: number) => (at < 0 ? at : at + stretch.requests[0]);
      for (let place = stretch.ownCalls[0]; place < stretch.ownCalls[1]; place += 1) {
        const { request, confidence, runnerUp, evidence } = solved[place - stretch.calls[0]] as Choice;
        choices.push({ request: placeOf(request), confidence, runnerUp: placeOf(runnerUp), evidence });
      }
      next = stretch.ownCalls[1];
    }
  }
  return choices;
};

function ownPlaces({ calls, ownCalls }: Stretch): Places {
  return [ownCalls[0] - calls[0], ownCalls[1] - calls[0]];
}

function timed({ start, end }: Exchange): Timed {
  return { start: BigInt(Math.round(start)), end: BigInt(Math.round(end)) };
}

function partOf({ requests, calls }: ProcessTraffic, part: { requests: Places; calls: Places }): ProcessTraffic {
  return { requests: requests.slice(...part.requests), calls: calls.slice(...part.calls) };
}
