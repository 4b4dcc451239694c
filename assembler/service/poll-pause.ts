export interface PollFacts {
  /** `reading.poll_interval_ms` */
  readonly leastMs: number;
  /** Turns in a row, this one too, that read nothing and left nothing open. */
  readonly idleTurns: number;
  /** How long this turn took. */
  readonly tookMs: number;
  /** Whether this turn read anything. */
  readonly hasRead: boolean;
  /** Until the first open trace comes to rest; undefined when none is open. */
  readonly untilDueMs: number | undefined;
}

/**
 * A trace is to be readable two seconds after it came to rest. Of that, 1,200 ms go for two turns on a busy machine; the
 * rest may pass before its spans are looked for.
 */
const longestIdleMs = 2000 - 1200;
/** Of the shortest pause. */
const mostTimes = 8;
/** A trace that is due now was so for a turn just over. */
const leastDueMs = 10;

/**
 * Milliseconds from a turn that left nothing to do to the next one. While spans come, turns begin at the shortest
 * distance, as larger ones cost less a span; those that take longer are a fifth of it apart. When none come any more,
 * until the next trace comes to rest; and when none is open either, twice as long each time.
 */
export function pollPauseMs({ leastMs, idleTurns, tookMs, hasRead, untilDueMs }: PollFacts): number {
  if (untilDueMs !== undefined) {
    return hasRead
      ? Math.max(leastMs - tookMs, leastMs / 5)
      : Math.min(leastMs, Math.max(leastDueMs, Math.ceil(untilDueMs)));
  }
  const longest = Math.max(leastMs, Math.min(leastMs * mostTimes, longestIdleMs));
  return Math.min(longest, leastMs * 2 ** Math.min(idleTurns, 10));
}
