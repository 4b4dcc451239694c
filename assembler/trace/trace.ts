import type { Link } from "../correlate/link";
import type { Span } from "../span/span";
import type { Minute } from "./minute";

/** A span in its trace: the parent it was given or that was found for it ("" = none), and why. */
export interface TraceSpan {
  readonly span: Span;
  readonly parentId: string;
  /** How the parent was found; absent when there is none, or when the span names it. */
  readonly link: Link | undefined;
}

/** One request as both of its ends saw it. Times are nanoseconds. */
export interface Operation {
  readonly clientSpanId: string;
  readonly serverSpanId: string;
  /** What the client waited longer than the server worked; undefined when the server was at it longer. */
  readonly networkTime: bigint | undefined;
  /** The parts of it on the way there and back; undefined unless both ends' clocks agree as they are. */
  readonly requestTime: bigint | undefined;
  readonly responseTime: bigint | undefined;
}

/** What the times of one agent's spans lack to be on the clock of the root's host. */
export interface ClockCorrection {
  readonly agent: string;
  /** The agent whose clock is kept: the root span's or, for spans that hang on nothing of its, their top span's. */
  readonly relativeTo: string;
  /** Nanoseconds to add. */
  readonly offset: bigint;
  /** Any offset from `least` to `most` would put the requests between the hosts where they belong. */
  readonly least: bigint;
  readonly most: bigint;
  /** The first request between this host and one nearer to the root. */
  readonly clientSpanId: string;
  readonly serverSpanId: string;
}

/** One assembled trace. Times are nanoseconds on the clock of the root span's host. */
export interface Trace {
  readonly traceId: string;
  readonly rootSpanId: string;
  readonly startTime: bigint;
  readonly endTime: bigint;
  /** In which its spans count, ascending; none when neither a clock of it nor an id of its documents tells the time of day. */
  readonly minutes: readonly Minute[];
  /** What the root span saw, from its start to its end; spans that outlast it do not count. */
  readonly duration: bigint;
  /** endpoint, component, protocol and status are the root span's. */
  readonly endpoint: string;
  readonly component: string;
  readonly protocol: string;
  readonly status: string;
  readonly clientIp: string;
  readonly clientPort: number;
  readonly serverIp: string;
  readonly serverPort: number;
  /** Names of the components that took part, sorted. */
  readonly services: readonly string[];
  /** Whether any request in it failed, by its status. */
  readonly error: boolean;
  /** One root which is an Ingress, every parent present, every call to a traced address seen there too. */
  readonly complete: boolean;
  /** What is missing or odd, in words. */
  readonly warnings: readonly string[];
  /** Ids of the spans that determined the duration, by start. */
  readonly criticalPath: readonly string[];
  /** Requests of which both ends were seen, by the client's start. */
  readonly operations: readonly Operation[];
  /** By agent; none where all clocks agree as they are. */
  readonly clockCorrections: readonly ClockCorrection[];
  /** By start, on the root's clock; their own times are as their agents gave them. */
  readonly spans: readonly TraceSpan[];
}
