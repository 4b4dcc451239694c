/** When a thread worked on a request or made a call. `bigint` and `number` serve alike, as long as it is one of them throughout. */
export interface ThreadUse<Time extends number | bigint> {
  readonly id: string;
  /** 0 when unknown. */
  readonly thread: number;
  readonly start: Time;
  readonly end: Time;
}

/** Share of exchanges that may break the rule before threads are believed to tell nothing: recordings have gaps. */
const toleratedShare = 0.05;
/**
 * Requests and calls that are looked at: how a process uses its threads does not change, so some say enough. The first
 * ones, because of the latest some are always still to come.
 */
const sampled = 1000;

/**
 * Whether the threads of a process tell its requests apart, as they do where each request has a thread to itself: no
 * thread has two requests open at once, and calls are made on threads that have one open. Event loops break the first
 * half, schedulers that move work between threads break both. Both lists are one process', sorted by start; `useOf`
 * reads what of an item counts here.
 */
export function doThreadsTell<Item, Time extends number | bigint>(
  requests: readonly Item[],
  calls: readonly Item[],
  useOf: (item: Item) => ThreadUse<Time>,
): boolean {
  const busyUntil = new Map<number, Time>();
  const isBusy = (thread: number, at: Time) => {
    const until = busyUntil.get(thread);
    return until !== undefined && until >= at;
  };
  const sample = [
    ...requests.slice(0, sampled).map((item) => ({ use: useOf(item), isCall: false })),
    ...calls.slice(0, sampled).map((item) => ({ use: useOf(item), isCall: true })),
  ].sort((left, right) => byTime(left.use, right.use));
  let requestCount = 0;
  let overlapping = 0;
  let elsewhere = 0;
  for (const { use, isCall } of sample) {
    const { thread, start, end } = use;
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

function byTime<Time extends number | bigint>(left: ThreadUse<Time>, right: ThreadUse<Time>): number {
  if (left.start !== right.start) return left.start < right.start ? -1 : 1;
  if (left.end !== right.end) return left.end > right.end ? -1 : 1;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}
