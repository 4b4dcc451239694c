/** Stretches start as blocks of time of this length (69 s): what was longer ago says little about the load of now. */
const blockNs = 2 ** 36;
/** A stretch with more requests is halved: more would not sharpen what is learnt, and are solved again for one late span. */
const mostRequests = 4096;
/** A stretch with fewer learns from those before it too, up to a block back. */
const fewestRequests = 1024;
/** Requests on either side of a stretch that are solved with it, as neighbours of those that reach into it. */
const neighbours = 64;
/** Neighbours at most, where requests are open for long. */
const mostNeighbours = 512;

/** A part of a process' traffic that is solved by itself: its own calls, with the requests and calls around them. */
export interface Stretch {
  /** Calls that begin from here on, until before `to`, are the stretch's own; nanoseconds. */
  readonly from: number;
  readonly to: number;
  /** Places of the requests and calls to look at. */
  readonly requests: readonly [from: number, to: number];
  readonly calls: readonly [from: number, to: number];
  readonly ownCalls: readonly [from: number, to: number];
}

/** Times of a process' traffic, each list sorted by start; nanoseconds since a multiple of `blockNs`. */
export interface Times {
  readonly requestStart: Float64Array;
  readonly requestEnd: Float64Array;
  readonly callStart: Float64Array;
}

export { blockNs };

/**
 * Cuts a process' traffic into stretches that together own each call once. The cuts follow from the times alone and
 * from few of them: a span more or less changes only the stretches about it.
 */
export function stretchesOf(times: Times): Stretch[] {
  const { requestStart, callStart } = times;
  const stretches: Stretch[] = [];
  for (let call = 0; call < callStart.length; ) {
    const from = Math.floor((callStart[call] as number) / blockNs) * blockNs;
    halve(times, from, from + blockNs, stretches);
    call = firstFrom(callStart, from + blockNs);
  }
  return stretches.length === 0 || requestStart.length === 0 ? [] : stretches;
}

function halve(times: Times, from: number, to: number, stretches: Stretch[]): void {
  const { requestStart, callStart } = times;
  const ownCalls = [firstFrom(callStart, from), firstFrom(callStart, to)] as const;
  if (ownCalls[0] === ownCalls[1]) return;
  const first = firstFrom(requestStart, from);
  const last = firstFrom(requestStart, to);
  if (last - first > mostRequests && to - from > 1) {
    const middle = (from + to) / 2;
    halve(times, from, middle, stretches);
    halve(times, middle, to, stretches);
    return;
  }
  const before = Math.min(
    reachBack(times, first, from),
    Math.max(firstFrom(requestStart, from - blockNs), last - fewestRequests),
  );
  const after = reachOn(times, last, to);
  const since = before === 0 ? Number.NEGATIVE_INFINITY : (requestStart[before] as number);
  const until = after === requestStart.length ? Number.POSITIVE_INFINITY : (requestStart[after] as number);
  const calls = [
    Math.min(ownCalls[0], firstFrom(callStart, Math.max(since, from - 2 * blockNs))),
    Math.max(ownCalls[1], firstFrom(callStart, Math.min(until, to + blockNs))),
  ] as const;
  stretches.push({ from, to, requests: [before, after], calls, ownCalls });
}

/** The first of the requests that are open when a stretch begins, and some before it. */
function reachBack({ requestStart, requestEnd }: Times, first: number, from: number): number {
  let reach = first;
  for (let place = first - 1; place >= 0 && place >= first - mostNeighbours; place -= 1) {
    if ((requestStart[place] as number) < from - blockNs) break;
    if ((requestEnd[place] as number) >= from) reach = place;
  }
  return Math.max(0, reach - neighbours);
}

/** Past the last of the requests that begin while those of the stretch are open, and some after it. */
function reachOn({ requestStart, requestEnd }: Times, last: number, to: number): number {
  let end = to;
  for (let place = last - 1; place >= 0 && place >= last - mostNeighbours; place -= 1) {
    end = Math.max(end, requestEnd[place] as number);
  }
  const reach = firstFrom(requestStart, Math.min(end, to + blockNs));
  return Math.min(requestStart.length, Math.min(reach, last + mostNeighbours) + neighbours);
}

/** First place of a sorted list whose value is not below another. */
function firstFrom(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
