import type { Span } from "../span/span";
import { compareTimes } from "./trace-clock";

/** Offsets from `low` to `high` nanoseconds, exact: clocks that count from boot differ from others by more than 2^53. */
export interface OffsetRange {
  readonly low: bigint;
  readonly high: bigint;
}

/**
 * Offsets that, added to the server's times, put its work within the client's wait. A server may be at it longer than
 * the client waits (a timeout); then all that is certain is that it began meanwhile.
 */
export function offsetsThatFit(client: Span, server: Span): OffsetRange {
  const low = client.start - server.start;
  const high = client.end - server.end;
  return high >= low ? { low, high } : { low, high: client.end - server.start };
}

/** Whether a server's times lie where they belong in the client's, as they are. */
export function fitsAsItIs(client: Span, server: Span): boolean {
  if (server.start < client.start) return false;
  if (server.end <= client.end) return true;
  return server.start <= client.end && server.end - server.start > client.end - client.start;
}

/** None if that will do; else the middle: as far from being wrong as can be, and right where both ways take as long. */
export function chooseOffset({ low, high }: OffsetRange): bigint {
  return low <= 0n && high >= 0n ? 0n : (low + high) / 2n;
}

/**
 * The offsets that most of the ranges (at least one) allow; of several stretches of them, the one nearest to none.
 */
export function mostAllowed(ranges: readonly OffsetRange[]): OffsetRange {
  const lows = ranges.map(({ low }) => low).sort(compareTimes);
  const highs = ranges.map(({ high }) => high).sort(compareTimes);
  let best: (OffsetRange & { readonly count: number }) | undefined;
  let closed = 0;
  for (const [place, low] of lows.entries()) {
    while ((highs[closed] as bigint) < low) closed += 1;
    const count = place + 1 - closed;
    const stretch = { low, high: highs[closed] as bigint, count };
    if (best === undefined || count > best.count || (count === best.count && distance(stretch) < distance(best))) {
      best = stretch;
    }
  }
  return best as OffsetRange;
}

function distance(range: OffsetRange): bigint {
  const offset = chooseOffset(range);
  return offset < 0n ? -offset : offset;
}
