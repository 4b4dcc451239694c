import type { Exchange, ProcessTraffic } from "../algorithm";

/** Share of exchanges that may break the rule before threads are believed to tell nothing: recordings have gaps. */
const toleratedShare = 0.05;
/** Requests and calls looked at: how a process uses its threads does not change, so some say enough. */
const sampledExchanges = 1000;

/**
 * Whether the threads of a process tell its requests apart, as they do where each request has a thread to itself: no
 * thread has two requests open at once, and calls are made on threads that have one open. Event loops break the first
 * half, schedulers that move work between threads break both.
 */
export function doThreadsTell({ requests, calls }: ProcessTraffic): boolean {
  const busyUntil = new Map<number, number>();
  const isBusy = (thread: number, at: number) => (busyUntil.get(thread) ?? Number.NEGATIVE_INFINITY) >= at;
  const sample = [
    ...requests.slice(0, sampledExchanges).map((exchange) => ({ exchange, isCall: false })),
    ...calls.slice(0, sampledExchanges).map((exchange) => ({ exchange, isCall: true })),
  ].sort((left, right) => byTime(left.exchange, right.exchange));
  let requestCount = 0;
  let overlapping = 0;
  let elsewhere = 0;
  for (const { exchange, isCall } of sample) {
    const { thread, start, end } = exchange;
    if (thread === 0) return false;
    const busy = isBusy(thread, start);
    if (isCall) {
      if (!busy) elsewhere += 1;
      continue;
    }
    requestCount += 1;
    if (busy) overlapping += 1;
    if (!isBusy(thread, end)) busyUntil.set(thread, end);
  }
  const callCount = sample.length - requestCount;
  return overlapping <= requestCount * toleratedShare && elsewhere <= callCount * toleratedShare;
}

function byTime(left: Exchange, right: Exchange): number {
  if (left.start !== right.start) return left.start - right.start;
  return left.end !== right.end ? right.end - left.end : left.id < right.id ? -1 : 1;
}
