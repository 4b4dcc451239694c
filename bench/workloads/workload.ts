import type { Choice, Exchange, ProcessTraffic } from "../../assembler/correlate/algorithm";

/** What really happened in a process; kept beside its traffic, which is all that an algorithm gets. */
export interface Truth {
  /** Per call, the place of its request; -1 = that request was not recorded. */
  readonly requestOf: readonly number[];
  /** Per call, the trace it belongs to. */
  readonly traceOf: readonly string[];
}

export interface ObservedProcess {
  readonly name: string;
  readonly traffic: ProcessTraffic;
  readonly truth: Truth;
}

/** Requests and the calls they came from, in a workload whose addresses are translated on the way. */
export interface BetweenProcesses {
  /** Its `requests` are the calls that were made and its `calls` the requests that came, of all processes. */
  readonly process: ObservedProcess;
  /** As our own pairing finds them. */
  readonly byPayload: readonly Choice[];
  /** By connection alone, which is all that the published algorithms have. */
  readonly byConnection: readonly Choice[];
}

export interface Workload {
  readonly name: string;
  /** What it is one of, for the plot: `hotel` of `hotel-75`. */
  readonly family: string;
  /** Requests per second that came from outside. */
  readonly load: number;
  /** Spans recorded, also those of processes that call nobody. */
  readonly spans: number;
  /** Only processes that make calls. */
  readonly processes: readonly ObservedProcess[];
  /** Only where who asked whom is to be found as well. */
  readonly between?: BetweenProcesses;
}

/** A request with the trace it belongs to, or a call with its request's id, before they are sorted. */
export interface KnownRequest {
  readonly exchange: Exchange;
  readonly trace: string;
}

export interface KnownCall extends KnownRequest {
  readonly requestId: string;
}

/** Sorts what one process did as an algorithm expects it and keeps the truth in step. */
export function observedProcess(
  name: string,
  requests: readonly KnownRequest[],
  calls: readonly KnownCall[],
): ObservedProcess {
  const sortedRequests = requests.map(({ exchange }) => exchange).sort(byTime);
  const sortedCalls = [...calls].sort((left, right) => byTime(left.exchange, right.exchange));
  const places = new Map(sortedRequests.map(({ id }, place) => [id, place]));
  return {
    name,
    traffic: { requests: sortedRequests, calls: sortedCalls.map(({ exchange }) => exchange) },
    truth: {
      requestOf: sortedCalls.map(({ requestId }) => places.get(requestId) ?? -1),
      traceOf: sortedCalls.map(({ trace }) => trace),
    },
  };
}

/** By start, longer first, then by id. */
export function byTime(left: Exchange, right: Exchange): number {
  if (left.start !== right.start) return left.start - right.start;
  if (left.end !== right.end) return right.end - left.end;
  return left.id < right.id ? -1 : Number(left.id > right.id);
}
