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

/** One assembled trace. Times are nanoseconds on the clock of the root span's host. */
export interface Trace {
  readonly traceId: string;
  readonly rootSpanId: string;
  readonly startTime: bigint;
  readonly endTime: bigint;
  /** In which its spans count, ascending; none when no clock of it shows wall-clock time. */
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
  /** By start. */
  readonly spans: readonly TraceSpan[];
}
