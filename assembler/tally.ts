import type { DueReason } from "./window/due-groups";

/** What was done since the start; the metrics show it. */
export class Tally {
  spansRead = 0;
  spansRejected = 0;
  tracesWritten = 0;
  /** Of those, how many replaced an earlier version. */
  tracesAmended = 0;
  /** Came out as they were stored already. */
  tracesUnchanged = 0;
  tracesDeleted = 0;
  tracesRefused = 0;
  /** Trace ids that more spans carry than a trace takes. */
  tracesCut = 0;
  /** Traces found changed or present in the store when that was not expected, and taken back from there. */
  conflicts = 0;
  /** Written traces whose spans count in no minute, as neither clocks nor documents tell the time of day. */
  tracesWithoutMinute = 0;
  /** Written traces that left the window before their time. */
  forgottenEarly = 0;
  /** Documents not read yet, as of the last look; held cursors do not count. */
  lagSpans = 0;
  /** Why spans are read only as their indices refresh themselves; undefined while they are refreshed for each reading. */
  refreshRefusal: string | undefined;
  readonly writesByReason = new Map<DueReason, number>();
}
