import { type Minute, minuteMs } from "../trace/minute";

/** Minutes as ranges, ascending: first and last of each. A backlog of a month is one range. */
export type MinuteRanges = readonly (readonly [first: Minute, last: Minute])[];

export function toRanges(minutes: Iterable<Minute>): MinuteRanges {
  const ranges: [Minute, Minute][] = [];
  for (const minute of [...minutes].sort((left, right) => left - right)) {
    const range = ranges.at(-1);
    if (range !== undefined && minute <= range[1] + minuteMs) range[1] = minute;
    else ranges.push([minute, minute]);
  }
  return ranges;
}

export function* minutesIn(ranges: MinuteRanges): Generator<Minute> {
  for (const [first, last] of ranges) for (let minute = first; minute <= last; minute += minuteMs) yield minute;
}
