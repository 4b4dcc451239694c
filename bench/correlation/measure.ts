import { type AlgorithmName, algorithms } from "../../assembler/correlate/algorithms";
import type { Workload } from "../workloads/workload";
import { type Accuracy, accuracyOf, type Withheld, withheldBelow } from "./accuracy";
import { type Weakest, weakestProcess } from "./weakest";

/** Runs that are timed for one figure, and when it is enough of them: of a small workload it takes many until all is compiled. */
const mostRuns = 20;
const enoughSeconds = 3;

/** How one algorithm did on one workload. */
export interface Measured {
  readonly workload: string;
  readonly family: string;
  readonly load: number;
  readonly algorithm: AlgorithmName;
  readonly accuracy: Accuracy;
  /** Choices with a confidence below a half, or below 0.9, withheld. */
  readonly above50: Withheld;
  readonly above90: Withheld;
  readonly weakest: Weakest | undefined;
  /** Processor time in milliseconds per 1,000 spans, of the fastest of some runs. */
  readonly msPer1000: number;
}

export function measure(workload: Workload, algorithm: AlgorithmName): Measured {
  const { name, family, load, spans, between } = workload;
  const { result, seconds } = timed(() => workload.processes.map(({ traffic }) => algorithms[algorithm](traffic)));
  const paired = algorithm === "auto" ? between?.byPayload : between?.byConnection;
  const processes = between === undefined ? workload.processes : [...workload.processes, between.process];
  const choices = paired === undefined ? result : [...result, paired];
  return {
    workload: name,
    family,
    load,
    algorithm,
    accuracy: accuracyOf(processes, choices),
    above50: withheldBelow(0.5, processes, choices),
    above90: withheldBelow(0.9, processes, choices),
    weakest: weakestProcess(processes, choices),
    msPer1000: (seconds * 1e6) / spans,
  };
}

/** A result and the processor seconds of the fastest of some runs: the first ones also compile. */
function timed<Result>(run: () => Result): { result: Result; seconds: number } {
  let fastest = Number.POSITIVE_INFINITY;
  let total = 0;
  for (let runs = 1; ; runs += 1) {
    const before = process.cpuUsage();
    const result = run();
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    fastest = Math.min(fastest, seconds);
    total += seconds;
    if (runs === mostRuns || total > enoughSeconds) return { result, seconds: fastest };
  }
}

/** `e2e.<workload>.<algorithm>` for all, `calibration.<workload>` for the default. */
export function figuresOf(measured: readonly Measured[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { workload, algorithm, accuracy } of measured) figures[`e2e.${workload}.${algorithm}`] = accuracy.endToEnd;
  for (const { workload, algorithm, above90 } of measured)
    if (algorithm === "auto" && !Number.isNaN(above90.precision))
      figures[`calibration.${workload}`] = above90.precision;
  return figures;
}
