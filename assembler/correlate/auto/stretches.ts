/** Something a process did, on its host's clock; nanoseconds. */
export interface Timed {
  readonly start: bigint;
  readonly end: bigint;
}

/** What a process was asked and what it asked of others, each sorted by start. */
export interface Timeline<Item extends Timed = Timed> {
  readonly requests: readonly Item[];
  readonly calls: readonly Item[];
}

/** Places in a list, the second excluded. */
export type Places = readonly [from: number, to: number];

/** The items of a timeline at some places. */
export function partOf<Item extends Timed>(
  { requests, calls }: Timeline<Item>,
  part: { readonly requests: Places; readonly calls: Places },
): Timeline<Item> {
  return { requests: requests.slice(...part.requests), calls: calls.slice(...part.calls) };
}

/** Part of a process' time whose calls are given out together, with the requests and calls around them. */
export interface Stretch {
  readonly from: bigint;
  readonly to: bigint;
  readonly requests: Places;
  readonly calls: Places;
  /** The calls that are the stretch's own. */
  readonly ownCalls: Places;
  /** Nothing outside changes it: what is over before, or begins after. */
  readonly looksFrom: bigint;
  readonly looksTo: bigint;
}

/** Time is cut at the multiples of this (4.3 s). */
const blockBits = 32n;
const blockNs = 1n << blockBits;
/** A block with more requests is halved: solving it again for one late span is to stay cheap. */
const mostRequests = 512;
/** Requests on either side that are solved with a stretch, as neighbours of those that reach into it. */
const neighbours = 16;
/** Neighbours at most, where requests are open for long. */
const mostNeighbours = 512;

/** The block that a moment lies in. */
export function blockAt(time: bigint): bigint {
  return time >> blockBits;
}

/** The moment a block begins at. */
export function startOf(block: bigint): bigint {
  return block << blockBits;
}

/** The moments between which all lies that the stretches of a block look at. */
export function lookedTime(block: bigint): readonly [from: bigint, to: bigint] {
  return [startOf(block - 1n), startOf(block + 3n)];
}

/** The stretches of one block; none where no call begins in it. */
export function stretchesOf(timeline: Timeline, block: bigint): Stretch[] {
  const stretches: Stretch[] = [];
  halve(timeline, startOf(block), startOf(block + 1n), stretches);
  return stretches;
}

function halve(timeline: Timeline, from: bigint, to: bigint, stretches: Stretch[]): void {
  const { requests, calls } = timeline;
  const ownCalls = [firstFrom(calls, from), firstFrom(calls, to)] as const;
  if (ownCalls[0] === ownCalls[1]) return;
  const first = firstFrom(requests, from);
  const last = firstFrom(requests, to);
  if (last - first > mostRequests && to - from > 1n) {
    const middle = from + (to - from) / 2n;
    halve(timeline, from, middle, stretches);
    halve(timeline, middle, to, stretches);
    return;
  }
  const [earliestLook, latestLook] = [from - blockNs, to + 2n * blockNs];
  const before = Math.max(firstOpen(requests, first, from) - neighbours, firstFrom(requests, earliestLook));
  const after = Math.min(reachOn(requests, last, to), firstFrom(requests, latestLook));
  // With fewer before or after it than are looked at, one more would be looked at too.
  const isFirst = before === firstFrom(requests, earliestLook);
  const looksFrom = isFirst ? earliestLook : earliest(from, (requests[before] as Timed).start);
  const looksTo = after >= firstFrom(requests, latestLook) ? latestLook : latest(to, (requests[after] as Timed).start);
  const around = [firstFrom(calls, looksFrom), firstFrom(calls, looksTo)] as const;
  stretches.push({ from, to, requests: [before, after], calls: around, ownCalls, looksFrom, looksTo });
}

/** The first of the requests that are open at a moment; `first` is the first that begins at it or after. */
export function firstOpen(requests: readonly Timed[], first: number, moment: bigint): number {
  let reach = first;
  for (let place = first - 1; place >= 0 && place >= first - mostNeighbours; place -= 1) {
    if ((requests[place] as Timed).end >= moment) reach = place;
  }
  return reach;
}

/** Past the last of the requests that begin while those of the stretch are open, and some after it. */
function reachOn(requests: readonly Timed[], last: number, to: bigint): number {
  let end = to;
  for (let place = last - 1; place >= 0 && place >= last - mostNeighbours; place -= 1) {
    end = latest(end, (requests[place] as Timed).end);
  }
  const reach = firstFrom(requests, earliest(end, to + blockNs));
  return Math.min(requests.length, Math.min(reach, last + mostNeighbours) + neighbours);
}

/** First place of a list sorted by start that begins at a moment or after it. */
export function firstFrom(sorted: readonly Timed[], moment: bigint): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as Timed).start < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

function earliest(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

function latest(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
