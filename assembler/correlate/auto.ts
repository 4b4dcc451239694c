import type { Algorithm, Choice } from "./algorithm";
import { solveStretch } from "./auto/solve-stretch";
import { stretchesOf } from "./auto/stretches";
import { startsAndEnds } from "./auto/traffic-table";

/**
 * The default: what threads, identifiers and learnt gaps say together, solved as an assignment, stretch by stretch of
 * the process' time.
 */
export const auto: Algorithm = ({ requests, calls }) => {
  const request = startsAndEnds(requests);
  const call = startsAndEnds(calls);
  const choices = calls.map((): Choice => ({ request: -1, confidence: 0, runnerUp: -1, evidence: "timing" }));
  for (const stretch of stretchesOf({
    requestStart: request.starts,
    requestEnd: request.ends,
    callStart: call.starts,
  })) {
    const [firstRequest] = stretch.requests;
    const [firstCall] = stretch.calls;
    const solved = solveStretch({
      requests: requests.slice(...stretch.requests),
      calls: calls.slice(...stretch.calls),
    });
    for (let place = stretch.ownCalls[0]; place < stretch.ownCalls[1]; place += 1) {
      const choice = solved[place - firstCall] as Choice;
      const placeOf = (at: number) => (at < 0 ? at : at + firstRequest);
      choices[place] = { ...choice, request: placeOf(choice.request), runnerUp: placeOf(choice.runnerUp) };
    }
  }
  return choices;
};
