/** When traces are written and forgotten; see the settings of the same names. */
export interface GroupingLimits {
  readonly quietPeriodMs: number;
  readonly maxWaitMs: number;
  readonly recentMs: number;
  readonly maxOpenSpans: number;
  /** Unbounded by default. */
  readonly maxTraceSpans?: number;
  /** Spans after which a turn reads no further page, and writes no further trace: 20,000 by default. */
  readonly turnSpans?: number;
}

/** Keeps a turn, and so a stop, short. */
const usualTurnSpans = 20_000;

export function turnSpansOf({ turnSpans }: GroupingLimits): number {
  return turnSpans ?? usualTurnSpans;
}
