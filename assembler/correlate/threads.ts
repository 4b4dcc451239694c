import { byPlacedTime, type PlacedSpan } from "./placed-span";

/** Share of requests that may break the rule before threads are believed to tell nothing: recordings have gaps. */
const toleratedShare = 0.05;
/**
 * Requests and calls that are looked at: how a process uses its threads does not change, so some say enough. The first
 * ones, because of the latest some are always still to come.
 */
const sampledSpans = 1000;

/**
 * Whether the threads of a process tell its requests apart, as they do where each request has a thread to itself: no
 * thread has two requests open at once, and calls are made on threads that have one open. Event loops break the first
 * half, schedulers that move work between threads break both. Both lists are one process', sorted by start.
 */
export function doThreadsTell(requests: readonly PlacedSpan[], calls: readonly PlacedSpan[]): boolean {
  const busyUntil = new Map<number, bigint>();
  const isBusy = (thread: number, at: bigint) => (busyUntil.get(thread) ?? -1n) >= at;
  const sample = [...requests.slice(0, sampledSpans), ...calls.slice(0, sampledSpans)].sort(byPlacedTime);
  let requestCount = 0;
  let overlapping = 0;
  let elsewhere = 0;
  for (const { span } of sample) {
    if (span.pid === 0) return false;
    const busy = isBusy(span.pid, span.start);
    if (span.direction === "Egress") {
      if (!busy) elsewhere += 1;
      continue;
    }
    requestCount += 1;
    if (busy) overlapping += 1;
    if (!isBusy(span.pid, span.end)) busyUntil.set(span.pid, span.end);
  }
  const callCount = sample.length - requestCount;
  return overlapping <= requestCount * toleratedShare && elsewhere <= callCount * toleratedShare;
}
