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
  const origin = Math.min(requests[0]?.start ?? 0, calls[0]?.start ?? 0);
  const endpoint = numbered(requests, mostEndpoints);
  const callee = numbered(calls, Number.POSITIVE_INFINITY);
  return {
    requestStart: Float64Array.from(requests, ({ start }) => start - origin),
    requestEnd: Float64Array.from(requests, ({ end }) => end - origin),
    endpoint: endpoint.numbers,
    endpoints: endpoint.count,
    callStart: Float64Array.from(calls, ({ start }) => start - origin),
    callEnd: Float64Array.from(calls, ({ end }) => end - origin),
    callee: callee.numbers,
    callees: callee.count,
    resolution: resolutionOf([...requests.slice(0, sampledExchanges), ...calls.slice(0, sampledExchanges)], origin),
  };
}

function numbered(exchanges: readonly Exchange[], most: number): { numbers: Int32Array; count: number } {
  const counts = new Map<string, number>();
  for (const { key } of exchanges) counts.set(key, (counts.get(key) ?? 0) + 1);
  const keys = [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1));
  const numbers = new Map(keys.map(([key], place) => [key, Math.min(place, most - 1)]));
  return {
    numbers: Int32Array.from(exchanges, ({ key }) => numbers.get(key) as number),
    count: Math.min(keys.length, most),
  };
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
