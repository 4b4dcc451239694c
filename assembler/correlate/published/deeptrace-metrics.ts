import type { Exchange, ProcessTraffic } from "../algorithm";
import type { Candidate } from "./deeptrace-candidates";
import { type Density, type Density2, kernelDensity, kernelDensity2 } from "./kernel-density";

/** What was seen of one kind of request with one kind of call; times in nanoseconds. */
interface Samples {
  readonly before: number[];
  readonly after: number[];
  readonly requestDurations: number[];
  readonly callDurations: number[];
  readonly weights: number[];
}

interface Densities {
  readonly before: Density;
  readonly after: Density;
  readonly durations: Density2;
}

/**
 * The measures of a pair: shared identifiers, endpoints' traffic, and the densities of the time from the request to the
 * call, from the call's end to the request's, and of both durations. A call with several candidates counts for each of
 * them in part.
 */
export function metricsOf(
  { requests, calls }: ProcessTraffic,
  candidates: readonly Candidate[][],
): ((candidate: Candidate) => number)[] {
  const kindOf = ({ request, call }: Candidate) =>
    `${(requests[request] as Exchange).key}\n${(calls[call] as Exchange).key}`;
  const samples = new Map<string, Samples>();
  for (const ofCall of candidates)
    for (const candidate of ofCall) {
      const request = requests[candidate.request] as Exchange;
      const call = calls[candidate.call] as Exchange;
      const kind = kindOf(candidate);
      let seen = samples.get(kind);
      if (seen === undefined) {
        seen = { before: [], after: [], requestDurations: [], callDurations: [], weights: [] };
        samples.set(kind, seen);
      }
      seen.before.push(call.start - request.start);
      seen.after.push(request.end - call.end);
      seen.requestDurations.push(request.end - request.start);
      seen.callDurations.push(call.end - call.start);
      seen.weights.push(1 / ofCall.length);
    }
  const densities = new Map<string, Densities>();
  for (const [kind, { before, after, requestDurations, callDurations, weights }] of samples)
    densities.set(kind, {
      before: kernelDensity(before, weights),
      after: kernelDensity(after, weights),
      durations: kernelDensity2(requestDurations, callDurations, weights),
    });
  const measured =
    (measure: (densities: Densities, request: Exchange, call: Exchange) => number) => (candidate: Candidate) =>
      measure(
        densities.get(kindOf(candidate)) as Densities,
        requests[candidate.request] as Exchange,
        calls[candidate.call] as Exchange,
      );
  return [
    ({ shared }) => shared,
    ({ together }) => together,
    measured(({ before }, request, call) => before(call.start - request.start)),
    measured(({ after }, request, call) => after(request.end - call.end)),
    measured(({ durations }, request, call) => durations(request.end - request.start, call.end - call.start)),
  ];
}
