import { timeOfDocumentId } from "../span/document-time";
import { firstWallClock, firstWallClockMs } from "../span/wall-clock";
import { type Minute, minuteMs } from "./minute";
import type { TraceSpan } from "./trace";

const minuteNs = BigInt(minuteMs) * 1_000_000n;

/** A minute with its bounds in nanoseconds, `to` not included. */
interface BoundedMinute {
  readonly minute: Minute;
  readonly from: bigint;
  readonly to: bigint;
}

/** The one that was found last: neighbours, and traces written together, mostly share it, and dividing bigints is slow. */
let latest: BoundedMinute = { minute: 0, from: 0n, to: 0n };

function isInLatestMinute({ span }: TraceSpan): boolean {
  return span.start >= latest.from && span.start < latest.to;
}

/** A document is written after its span ended. An id that the agent made, the span's, was not made by Elasticsearch. */
function minuteByDocument({ span }: TraceSpan): Minute | undefined {
  if (span.documentId === span.spanId) return undefined;
  const taken = timeOfDocumentId(span.documentId);
  if (taken === undefined) return undefined;
  const began = taken - Number(span.end - span.start) / 1e6;
  return began < firstWallClockMs ? undefined : Math.floor(began / minuteMs) * minuteMs;
}

function minuteOf(time: bigint): BoundedMinute {
  const count = time / minuteNs;
  return { minute: Number(count) * minuteMs, from: count * minuteNs, to: (count + 1n) * minuteNs };
}

/**
 * The minute of each span, in the order given. A span counts in the minute of its own start. Where its host's clock
 * counts from a boot, it counts with its nearest ancestor that has wall-clock time, else with the earliest such span of
 * the trace. Where there is none, a span counts in the minute in which it began at the latest, as Elasticsearch took its
 * document at a time that the document's id tells; those whose ids do not tell it count with the others as before.
 * Undefined when nothing tells. Follows from the spans, their documents' ids and their parents alone.
 */
export function spanMinutes(spans: readonly TraceSpan[]): (Minute | undefined)[] {
  const minutes: (Minute | undefined)[] = [];
  let isKnown = true;
  for (const member of spans) {
    if (member.span.start < firstWallClock) {
      isKnown = false;
      minutes.push(undefined);
      continue;
    }
    if (!isInLatestMinute(member)) latest = minuteOf(member.span.start);
    minutes.push(latest.minute);
  }
  if (isKnown) return minutes;
  if (minutes.some((minute) => minute !== undefined)) return withAncestors(spans, minutes);
  const byDocument = spans.map(minuteByDocument);
  return byDocument.includes(undefined) ? withAncestors(spans, byDocument) : byDocument;
}

/** Every minute in which a span of the trace counts, ascending. */
export function traceMinutes(spans: readonly TraceSpan[]): Minute[] {
  if (spans.every(isInLatestMinute)) return spans.length === 0 ? [] : [latest.minute];
  const minutes: Minute[] = [];
  for (const minute of spanMinutes(spans)) {
    // Most spans are in the minute of the one before.
    if (minute !== undefined && minute !== minutes.at(-1)) minutes.push(minute);
  }
  return minutes.length < 2 ? minutes : [...new Set(minutes)].sort((left, right) => left - right);
}

/** `own`: the minutes that spans have of themselves. */
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
