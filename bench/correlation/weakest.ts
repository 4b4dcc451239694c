import type { Choice } from "../../assembler/correlate/algorithm";
import type { ObservedProcess } from "../workloads/workload";
import { accuracyOf } from "./accuracy";

/** The process whose wrong calls cost the most traces. */
export interface Weakest {
  readonly process: string;
  /** Of its own calls, those given their true request. */
  readonly pair: number;
  /** Share of the workload's traces with every call right if all of its calls were. */
  readonly endToEndIfRight: number;
}

export function weakestProcess(
  processes: readonly ObservedProcess[],
  choices: readonly (readonly Choice[])[],
): Weakest | undefined {
  const all = processes.map((process, index): Weakest => {
    const others = processes.filter((each) => each !== process);
    const theirs = choices.filter((_, place) => place !== index);
    const endToEndIfRight = accuracyOf([...others, process], [...theirs, rightOnes(process)]).endToEnd;
    return {
      process: process.name,
      pair: accuracyOf([process], [choices[index] as readonly Choice[]]).pair,
      endToEndIfRight,
    };
  });
  return all.sort((left, right) => right.endToEndIfRight - left.endToEndIfRight)[0];
}

function rightOnes({ truth }: ObservedProcess): Choice[] {
  return truth.requestOf.map((request) => ({ request, confidence: 1, runnerUp: -1, evidence: "only" }));
}
