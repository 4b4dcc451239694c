import type { Choice } from "../../assembler/correlate/algorithm";
import type { ObservedProcess } from "../workloads/workload";

/** Shares from 0 to 1; NaN where there was nothing to be right about. */
export interface Accuracy {
  /** Of the calls, those given their true request. */
  readonly pair: number;
  /** Of the requests that made calls, those given every one of them. */
  readonly service: number;
  /** Of the traces, those with every call right. */
  readonly endToEnd: number;
}

/** Of the choices with at least some confidence. */
export interface Withheld {
  /** Share right of those asserted; one for a call whose request was not recorded is wrong. */
  readonly precision: number;
  /** Share of all calls with a recorded request that are asserted and right. */
  readonly recall: number;
}

/** A call whose request was not recorded has no right answer: it counts in none of the accuracies. */
export function accuracyOf(processes: readonly ObservedProcess[], choices: readonly (readonly Choice[])[]): Accuracy {
  let calls = 0;
  let right = 0;
  const traces = new Map<string, boolean>();
  const requests = new Map<string, boolean>();
  for (const [index, { truth }] of processes.entries())
    for (const [place, request] of truth.requestOf.entries()) {
      if (request < 0) continue;
      const isRight = choices[index]?.[place]?.request === request;
      calls += 1;
      if (isRight) right += 1;
      const trace = truth.traceOf[place] as string;
      traces.set(trace, (traces.get(trace) ?? true) && isRight);
      const served = `${index}/${request}`;
      requests.set(served, (requests.get(served) ?? true) && isRight);
    }
  return { pair: right / calls, service: shareTrue(requests), endToEnd: shareTrue(traces) };
}

/** What is left when choices below a confidence are withheld. */
export function withheldBelow(
  threshold: number,
  processes: readonly ObservedProcess[],
  choices: readonly (readonly Choice[])[],
): Withheld {
  let calls = 0;
  let asserted = 0;
  let right = 0;
  for (const [index, { truth }] of processes.entries())
    for (const [place, request] of truth.requestOf.entries()) {
      if (request >= 0) calls += 1;
      const choice = choices[index]?.[place];
      if (choice === undefined || choice.request < 0 || choice.confidence < threshold) continue;
      asserted += 1;
      if (choice.request === request) right += 1;
    }
  return { precision: right / asserted, recall: right / calls };
}

function shareTrue(outcomes: ReadonlyMap<unknown, boolean>): number {
  let right = 0;
  for (const isRight of outcomes.values()) if (isRight) right += 1;
  return right / outcomes.size;
}
