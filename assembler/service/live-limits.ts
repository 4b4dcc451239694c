import type { AssemblerSettings } from "../settings/assembler-settings";
import type { GroupingLimits } from "../window/grouping-limits";

/** Limits of an assembly that a reload may change while it runs. */
export type LiveLimits = { -readonly [limit in keyof GroupingLimits]: GroupingLimits[limit] };

export function limitsOf({ grouping }: AssemblerSettings): LiveLimits {
  return {
    quietPeriodMs: grouping.quiet_period_ms,
    maxWaitMs: grouping.max_wait_ms,
    recentMs: grouping.recent_ms,
    maxOpenSpans: grouping.max_open_spans,
    maxTraceSpans: grouping.max_trace_spans,
  };
}
