import type { Exchange, ProcessTraffic } from "../algorithm";

/** Exchanges looked at to tell the clock's resolution: one that is finer shows in the first few. */
const sampledExchanges = 1000;
/** Below a microsecond gaps are noise of the recording; no agent's clock is coarser than a second. */
const finestNs = 1e3;
const coarsestNs = 1e9;
/** Endpoints with a distribution of their own; those beyond share one: a process that has more names them badly. */
const mostEndpoints = 64;

/** What endpoints and callees are numbered by, and the clock's resolution: as in the traffic that was learnt from. */
export interface Numbering {
  readonly endpointNumbers: ReadonlyMap<string, number>;
  readonly calleeNumbers: ReadonlyMap<string, number>;
  /** Nanoseconds; all times are multiples of it. */
  readonly resolution: number;
}

/**
 * A process' traffic as columns of numbers: times in nanoseconds since its first request, endpoints and callees as
 * small numbers, in the traffic's own order.
 */
export interface TrafficTable extends Numbering {
  readonly requestStart: Float64Array;
  readonly requestEnd: Float64Array;
  readonly endpoint: Int32Array;
  /** One more than are numbered: the last stands for all that were not there when the numbers were given. */
  readonly endpoints: number;
  readonly callStart: Float64Array;
  readonly callEnd: Float64Array;
  readonly callee: Int32Array;
  readonly callees: number;
}

/** With `known`, what it has numbered keeps its number. */
export function tableOf({ requests, calls }: ProcessTraffic, known?: Numbering): TrafficTable {
  const origin = Math.min(requests[0]?.start ?? Number.POSITIVE_INFINITY, calls[0]?.start ?? Number.POSITIVE_INFINITY);
  const request = startsAndEnds(requests, origin);
  const call = startsAndEnds(calls, origin);
  const endpointNumbers = known?.endpointNumbers ?? numbersByFrequency(requests, mostEndpoints);
  const others = Math.min(endpointNumbers.size, mostEndpoints);
  const calleeNumbers = withFurther(known?.calleeNumbers ?? numbersByFrequency(calls, Number.POSITIVE_INFINITY), calls);
  return {
    requestStart: request.starts,
    requestEnd: request.ends,
    endpoint: Int32Array.from(requests, ({ key }) => endpointNumbers.get(key) ?? others),
    endpoints: others + 1,
    endpointNumbers,
    callStart: call.starts,
    callEnd: call.ends,
    callee: Int32Array.from(calls, ({ key }) => calleeNumbers.get(key) as number),
    callees: calleeNumbers.size,
    calleeNumbers,
    resolution:
      known?.resolution ??
      resolutionOf([...requests.slice(0, sampledExchanges), ...calls.slice(0, sampledExchanges)], origin),
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
function numbersByFrequency(exchanges: readonly Exchange[], most: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of exchanges) counts.set(key, (counts.get(key) ?? 0) + 1);
  const keys = [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1));
  return new Map(keys.map(([key], rank) => [key, Math.min(rank, most - 1)]));
}

/** Keys without a number get the next ones, in the order of text. */
function withFurther(
  numbers: ReadonlyMap<string, number>,
  exchanges: readonly Exchange[],
): ReadonlyMap<string, number> {
  const further = new Set<string>();
  for (const { key } of exchanges) if (!numbers.has(key)) further.add(key);
  if (further.size === 0) return numbers;
  return new Map([...numbers, ...[...further].sort().map((key, place) => [key, numbers.size + place] as const)]);
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
