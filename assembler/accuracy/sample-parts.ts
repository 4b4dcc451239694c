import { epochAt } from "../correlate/auto/samples";
import {
  blockAt,
  firstFrom,
  firstOpen,
  type Places,
  startOf,
  stretchesOf,
  type Timed,
  type Timeline,
} from "../correlate/auto/stretches";

/** Places of what is linked again together; only the calls at `own` places are to be judged. */
export interface SamplePart {
  readonly requests: Places;
  readonly calls: Places;
  readonly own: Places;
  /** By what was learnt for which epoch. */
  readonly epoch: bigint;
}

/** Calls that may be judged: those that begin at `from` or after it, up to the place `past`. */
export interface Judgeable {
  readonly from: bigint;
  readonly past: number;
  /** Whether no call lies after them. */
  readonly isToTheEnd: boolean;
}

/** Where threads tell requests apart: the newest calls, from the first request on that was open with them. */
export function partByThread({ requests, calls }: Timeline, judgeable: Judgeable, enough: number): SamplePart[] {
  const { from, past } = judgeable;
  const first = Math.max(firstFrom(calls, from), past - enough);
  if (first >= past) return [];
  const { start } = calls[first] as Timed;
  const { start: until } = calls[past - 1] as Timed;
  const open = firstOpen(requests, firstFrom(requests, start), start);
  const since = requests[open]?.start ?? start;
  return [
    {
      requests: [open, firstFrom(requests, until + 1n)],
      calls: [since < start ? firstFrom(calls, since) : first, past],
      own: [first, past],
      epoch: epochAt(start),
    },
  ];
}

/** Elsewhere: whole stretches, newest first, of blocks that are over; until there are enough calls. */
export function partsByStretch(timeline: Timeline, judgeable: Judgeable, enough: number): SamplePart[] {
  const { calls } = timeline;
  const { from, past, isToTheEnd } = judgeable;
  const parts: SamplePart[] = [];
  const first = firstFrom(calls, from);
  let count = 0;
  for (let next = past; next > first && count < enough; ) {
    const block = blockAt((calls[next - 1] as Timed).start);
    const isOver = isToTheEnd || startOf(block + 1n) <= (calls[past - 1] as Timed).start;
    for (const stretch of isOver ? stretchesOf(timeline, block).reverse() : []) {
      const own = [Math.max(first, stretch.ownCalls[0]), Math.min(past, stretch.ownCalls[1])] as const;
      if (own[0] >= own[1] || count >= enough) continue;
      parts.push({ requests: stretch.requests, calls: stretch.calls, own, epoch: epochAt(stretch.from) });
      count += own[1] - own[0];
    }
    next = firstFrom(calls, startOf(block));
  }
  return parts;
}
