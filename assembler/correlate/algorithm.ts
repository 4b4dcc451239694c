/** One exchange of a process, a request it was asked or a call it made, as far as an algorithm may look at it. */
export interface Exchange {
  readonly id: string;
  /** Nanoseconds since some moment that is the same for all exchanges of the process. */
  readonly start: number;
  readonly end: number;
  /** Thread that read the request, or wrote it; 0 when unknown. */
  readonly thread: number;
  /** Thread that wrote the response, or read it; 0 or absent when unknown. */
  readonly endThread?: number;
  /** Endpoint of a request; of a call, whom it asked for what. */
  readonly key: string;
  /** Tokens in headers and payload that may tell one request from another; most have none. */
  readonly identifiers: readonly string[];
  /** Values that a service is known to pass on from a request to its calls; "" where it has none. By header. */
  readonly passedOn?: readonly string[];
  /** Trace it is known to belong to; a request and a call of different traces are no pair. */
  readonly traceId?: string;
  /** Of a call: id of the request it is known to serve; it takes its place there. */
  readonly knownRequest?: string;
}

/** What one process was asked and what it asked of others, each sorted by start, then longer first, then id. */
export interface ProcessTraffic {
  readonly requests: readonly Exchange[];
  readonly calls: readonly Exchange[];
}

/** What tells a call's request: "identifier", "thread", "only" (no other was open), "timing", "order". */
export type Evidence = "identifier" | "thread" | "only" | "timing" | "order";

/** Which request a call was made for. */
export interface Choice {
  /** Place among the requests; -1 = none. */
  readonly request: number;
  /** Probability that it is the right one, 0 to 1. */
  readonly confidence: number;
  /** The next best, -1 = none. */
  readonly runnerUp: number;
  readonly evidence: Evidence;
}

/** Chooses a request for every call, in the calls' order. Pure: the same traffic gives the same choices. */
export type Algorithm = (traffic: ProcessTraffic) => readonly Choice[];
