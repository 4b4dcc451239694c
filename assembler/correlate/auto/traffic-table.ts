import type { Exchange, ProcessTraffic } from "../algorithm";

/** Exchanges looked at to tell the clock's resolution: one that is finer shows in the first few. */
const sampledExchanges = 1000;
/** Below a microsecond gaps are noise of the recording; no agent's clock is coarser than a second. */
const finestNs = 1e3;
const coarsestNs = 1e9;
/** Endpoints with a distribution of their own; those beyond share one: a process that has more names them badly. */
const mostEndpoints = 64;

/**
 * A process' traffic as columns of numbers: times in nanoseconds since its first request, endpoints and callees as
 * small numbers, in the traffic's own order.
 */
export interface TrafficTable {
  readonly requestStart: Float64Array;
  readonly requestEnd: Float64Array;
  readonly endpoint: Int32Array;
  readonly endpoints: number;
  readonly callStart: Float64Array;
  readonly callEnd: Float64Array;
  readonly callee: Int32Array;
  readonly callees: number;
  /** Nanoseconds; all times are multiples of it. */
  readonly resolution: number;
}

export function tableOf({ requests, calls }: ProcessTraffic): TrafficTable {
  const origin = Math.min(requests[0]?.start ?? Number.POSITIVE_INFINITY, calls[0]?.start ?? Number.POSITIVE_INFINITY);
  const request = startsAndEnds(requests, origin);
  const call = startsAndEnds(calls, origin);
  const endpoint = numbered(requests, mostEndpoints);
  const callee = numbered(calls, Number.POSITIVE_INFINITY);
  return {
    requestStart: request.starts,
    requestEnd: request.ends,
    endpoint: endpoint.numbers,
    endpoints: endpoint.count,
    callStart: call.starts,
    callEnd: call.ends,
    callee: callee.numbers,
    callees: callee.count,
    resolution: resolutionOf([...requests.slice(0, sampledExchanges), ...calls.slice(0, sampledExchanges)], origin),
  };
}

/** Times of exchanges as columns, nanoseconds since `origin`. */
export function startsAndEnds(
  exchanges: readonly Exchange[],
  origin = 0,
): { starts: Float64Array; ends: Float64Array } {
  const starts = new Float64Array(exchanges.length);
  const ends = new Float64Array(exchanges.length);
  let place = 0;
  for (const { start, end } of exchanges) {
    starts[place] = start - origin;
    ends[place] = end - origin;
    place += 1;
  }
  return { starts, ends };
}

/** Numbers by key, the most frequent first; from `most` on keys share the last number. */
function numbered(exchanges: readonly Exchange[], most: number): { numbers: Int32Array; count: number } {
  const order = new Map<string, number>();
  const counts: number[] = [];
  const numbers = new Int32Array(exchanges.length);
  let place = 0;
  for (const { key } of exchanges) {
    let number = order.get(key);
    if (number === undefined) {
      number = counts.length;
      order.set(key, number);
      counts.push(0);
    }
    counts[number] = (counts[number] as number) + 1;
    numbers[place] = number;
    place += 1;
  }
  const keys = [...order].sort(
    (left, right) => (counts[right[1]] as number) - (counts[left[1]] as number) || (left[0] < right[0] ? -1 : 1),
  );
  const rank = new Int32Array(keys.length);
  keys.forEach(([, number], at) => {
    rank[number] = Math.min(at, most - 1);
  });
  return { numbers: numbers.map((number) => rank[number] as number), count: Math.min(keys.length, most) };
}

function resolutionOf(exchanges: readonly Exchange[], origin: number): number {
  let resolution = finestNs;
  while (
    resolution < coarsestNs &&
    exchanges.every(
      ({ start, end }) => (start - origin) % (10 * resolution) === 0 && (end - origin) % (10 * resolution) === 0,
    )
  ) {
    resolution *= 10;
  }
  return resolution;
}
