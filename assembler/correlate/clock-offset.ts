import type { Span } from "../span/span";

/**
 * What a request seen from both ends says about the clocks: added to the server's times, an offset between `low` and
 * `high` nanoseconds makes the server's stay lie within the client's wait.
 */
export interface OffsetRange {
  readonly low: number;
  readonly high: number;
}

/** Slack for the moment between a system call and its being recorded. */
export const recordingSlackNs = 50_000;

/** Offsets under which `server` lies within `client`; empty (`low` > `high`) when it is the longer one. */
export function offsetRange(client: Span, server: Span): OffsetRange {
  return {
    low: Number(client.start - server.start) - recordingSlackNs,
    high: Number(client.end - server.end) + recordingSlackNs,
  };
}

/**
 * Recorded ends can be wrong (a response taken for the next one's); then the turns that the starts take still tell:
 * offsets under which `server` begins after `client` and before the one that follows it on the connection.
 */
export function turnRange(client: Span, server: Span, following: Span | undefined): OffsetRange {
  const high = following === undefined ? Number.POSITIVE_INFINITY : Number(following.start - server.start);
  return { low: Number(client.start - server.start) - recordingSlackNs, high };
}

/**
 * The offset that most ranges allow (the least absolute one of those), by sweeping over the ranges' ends; undefined
 * when there are none. `count` says how many ranges allow it.
 */
export function commonOffset(ranges: readonly OffsetRange[]): { offset: number; count: number } | undefined {
  const ends: { at: number; step: number }[] = [];
  for (const range of ranges) {
    if (range.high < range.low) continue;
    ends.push({ at: range.low, step: 1 }, { at: range.high, step: -1 });
  }
  ends.sort((left, right) => left.at - right.at || right.step - left.step);
  let open = 0;
  let best: { offset: number; count: number } | undefined;
  for (const [place, end] of ends.entries()) {
    open += end.step;
    if (end.step !== 1) continue;
    const offset = likeliestOffset(end.at, ends[place + 1]?.at ?? end.at);
    if (best === undefined || open > best.count || (open === best.count && Math.abs(offset) < Math.abs(best.offset))) {
      best = { offset, count: open };
    }
  }
  return best;
}

/** Whether the clocks may agree as they are. */
export function allowsZero({ low, high }: OffsetRange): boolean {
  return low <= 0 && high >= 0;
}

/** None if that can be, else the middle of the range: its ends are where the next request may disagree. */
function likeliestOffset(low: number, high: number): number {
  return allowsZero({ low, high }) ? 0 : (low + high) / 2;
}
