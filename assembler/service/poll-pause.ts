export interface PollFacts {
  /** `reading.poll_interval_ms` */
  readonly leastMs: number;
  /** Turns in a row, this one too, that read nothing and left nothing open. */
  readonly idleTurns: number;
  /** Whether this turn read anything. */
  readonly hasRead: boolean;
  /** Until the first open trace comes to rest; undefined when none is open. */
  readonly untilDueMs: number | undefined;
}

/**
 * A trace is to be readable two seconds after it came to rest. Of that, half a second goes until Elasticsearch refreshes
 * the traces, and 800 ms for two turns on a busy machine; the rest may pass before its spans are looked for.
 */
const longestIdleMs = 2000 - 500 - 800;
/** Of the shortest pause. */
const mostTimes = 8;
/** A trace that is due now was so for a turn just over. */
const leastDueMs = 10;

/**
 * Milliseconds from a turn that left nothing to do to the next one. While spans come, the shortest pause: larger turns
 * cost less a span. When none come any more, until the next trace comes to rest; and when none is open either, twice as
 * long each time.
 */
export function pollPauseMs({ leastMs, idleTurns, hasRead, untilDueMs }: PollFacts): number {
  if (untilDueMs !== undefined) {
    return hasRead ? leastMs : Math.min(leastMs, Math.max(leastDueMs, Math.ceil(untilDueMs)));
  }
  const longest = Math.max(leastMs, Math.min(leastMs * mostTimes, longestIdleMs));
  return Math.min(longest, leastMs * 2 ** Math.min(idleTurns, 10));
}
