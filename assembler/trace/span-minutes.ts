import { type Minute, minuteMs } from "./minute";
import type { TraceSpan } from "./trace";

const minuteNs = BigInt(minuteMs) * 1_000_000n;
/** 2001-01-01: clocks that show less count from a boot, and say nothing of when. */
const firstWallClock = 978_307_200_000_000_000n;

/**
 * The minute of each span, in the order given. A span counts in the minute of its own start. Where its host's clock
 * counts from a boot, it counts with its nearest ancestor that has wall-clock time, else with the earliest such span of
 * the trace; undefined when there is none. Follows from the spans and their parents alone.
 */
export function spanMinutes(spans: readonly TraceSpan[]): (Minute | undefined)[] {
  const minutes: (Minute | undefined)[] = [];
  let isKnown = true;
  let from = 0n;
  let to = 0n;
  let minute: Minute = 0;
  for (const { span } of spans) {
    if (span.start < firstWallClock) {
      isKnown = false;
      minutes.push(undefined);
      continue;
    }
    // Neighbours mostly share a minute, and dividing bigints is slow.
    if (span.start < from || span.start >= to) {
      const count = span.start / minuteNs;
      minute = Number(count) * minuteMs;
      from = count * minuteNs;
      to = from + minuteNs;
    }
    minutes.push(minute);
  }
  return isKnown ? minutes : withAncestors(spans, minutes);
}

/** Every minute in which a span of the trace counts, ascending. */
export function traceMinutes(spans: readonly TraceSpan[]): Minute[] {
  const minutes: Minute[] = [];
  for (const minute of spanMinutes(spans)) {
    // Most spans are in the minute of the one before.
    if (minute !== undefined && minute !== minutes.at(-1)) minutes.push(minute);
  }
  return minutes.length < 2 ? minutes : [...new Set(minutes)].sort((left, right) => left - right);
}

function withAncestors(spans: readonly TraceSpan[], own: readonly (Minute | undefined)[]): (Minute | undefined)[] {
  const earliest = earliestMinute(spans, own);
  if (earliest === undefined) return [...own];
  const places = new Map(spans.map(({ span }, place) => [span.spanId, place]));
  const minutes = [...own];
  const isOnPath = new Set<number>();
  for (let place = 0; place < spans.length; place += 1) {
    // Up to the first span whose minute is known; a circle or a lost parent ends the way too. What it finds holds for
    // the whole way, so that a long chain is gone up once.
    let at: number | undefined = place;
    while (at !== undefined && minutes[at] === undefined && !isOnPath.has(at)) {
      isOnPath.add(at);
      at = places.get((spans[at] as TraceSpan).parentId);
    }
    const found = (at === undefined ? undefined : minutes[at]) ?? earliest;
    for (const passed of isOnPath) minutes[passed] = found;
    isOnPath.clear();
  }
  return minutes;
}

function earliestMinute(spans: readonly TraceSpan[], own: readonly (Minute | undefined)[]): Minute | undefined {
  let earliest: Minute | undefined;
  for (const place of spans.keys()) {
    const minute = own[place];
    if (minute !== undefined && (earliest === undefined || minute < earliest)) earliest = minute;
  }
  return earliest;
}
