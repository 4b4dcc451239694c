import { type AlgorithmName, algorithms } from "../../assembler/correlate/algorithms";
import type { Workload } from "../workloads/workload";
import { type Accuracy, accuracyOf, type Withheld, withheldBelow } from "./accuracy";
import { type Weakest, weakestProcess } from "./weakest";

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
  /** Processor time in milliseconds per 1,000 spans. */
  readonly msPer1000: number;
}

export function measure(workload: Workload, algorithm: AlgorithmName): Measured {
  const { name, family, load, processes, spans } = workload;
  const before = process.cpuUsage();
  const choices = processes.map(({ traffic }) => algorithms[algorithm](traffic));
  const used = process.cpuUsage(before);
  return {
    workload: name,
    family,
    load,
    algorithm,
    accuracy: accuracyOf(processes, choices),
    above50: withheldBelow(0.5, processes, choices),
    above90: withheldBelow(0.9, processes, choices),
    weakest: weakestProcess(processes, choices),
    msPer1000: (used.user + used.system) / spans,
  };
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
