/** When traces are written and forgotten; see the settings of the same names. */
export interface GroupingLimits {
  readonly quietPeriodMs: number;
  readonly maxWaitMs: number;
  readonly recentMs: number;
  readonly maxOpenSpans: number;
  /** Unbounded by default. */
  readonly maxTraceSpans?: number;
}
