/** The benchmark's figures from what was measured; pure. */
import type { Report } from "./contender";

/** What was measured in one run. */
export interface Measured {
  readonly core: readonly Report[];
  readonly coreWithoutIds: readonly Report[];
  /** Over the same spans in turns: a copy, and the assembler right after it. */
  readonly rounds: readonly { readonly copy: Report; readonly assembly: Report }[];
  readonly raceSpans: number;
  /** One assembly each of more and more spans. */
  readonly growth: readonly { readonly spans: number; readonly seconds: number }[];
  readonly holdOpen: Report;
  /** Seconds until a trace was readable, of all traces. */
  readonly freshness: readonly number[];
}

/** The figures by their keys in `docs/benchmarks.md`. */
export function figuresOf(measured: Measured): Record<string, number> {
  const { rounds } = measured;
  return {
    copy_ratio: median(rounds.map(({ copy, assembly }) => copy.seconds / assembly.seconds)),
    growth_exponent: growthExponent(measured.growth),
    rss_mb_500k_open: measured.holdOpen.peakRssMb,
    core_spans_per_second: best(measured.core, ({ seconds }) => seconds),
    freshness_p99_seconds: percentile(measured.freshness, 0.99),
    freshness_p50_seconds: percentile(measured.freshness, 0.5),
    core_spans_per_processor_second: best(measured.core, ({ processorSeconds }) => processorSeconds),
    core_spans_per_second_without_ids: best(measured.coreWithoutIds, ({ seconds }) => seconds),
    copy_spans_per_second: measured.raceSpans / median(rounds.map(({ copy }) => copy.seconds)),
    assembler_spans_per_second: measured.raceSpans / median(rounds.map(({ assembly }) => assembly.seconds)),
  };
}

function best(reports: readonly Report[], secondsOf: (report: Report) => number): number {
  return Math.max(...reports.map((report) => report.spans / secondsOf(report)));
}

/** Power of the size by which the time grows: the slope of a straight line through the logarithms. */
export function growthExponent(growth: readonly { readonly spans: number; readonly seconds: number }[]): number {
  const points = growth.map(({ spans, seconds }) => [Math.log(spans), Math.log(seconds)] as const);
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return over / under;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that at least this share of all does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
