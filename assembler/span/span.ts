import type { RawText } from "../json/raw-text";

/** `Ingress`: an agent saw the process receive the request; `Egress`: it saw the process send it. */
export type ObservedDirection = "Ingress" | "Egress";

/**
 * What a span tells of. Those of instrumented programs (`Server`: served a request, `Client`: made one, `Internal`: any
 * other work) carry their ids and are not correlated: the same request may have been observed as well.
 */
export type Direction = ObservedDirection | "Server" | "Client" | "Internal";

const directions: readonly Direction[] = ["Ingress", "Egress", "Server", "Client", "Internal"];

export function isDirection(text: string): text is Direction {
  return directions.includes(text as Direction);
}

/** Whether the span comes from the program itself rather than from an agent that watched it. */
export function isInstrumented({ direction }: Span): boolean {
  return direction !== "Ingress" && direction !== "Egress";
}

/**
 * One request and its response as one process saw them: the fields that decide, read from a span document, and the
 * whole document as it came. Absent texts are "", absent numbers 0.
 */
export interface Span {
  readonly spanId: string;
  /** As the span gives it, else as a header of its request does (`traceparent`, B3, …); "" when neither does, which is the rule for observed spans. */
  readonly traceId: string;
  readonly parentId: string;
  /** Index name without the pattern's prefix: `spans_a1` comes from agent `a1`. */
  readonly agent: string;
  /** `_id` of the span document in its index. */
  readonly documentId: string;
  readonly direction: Direction;
  readonly tgid: number;
  /** Thread that read or wrote the request message. */
  readonly pid: number;
  readonly protocol: string;
  readonly component: string;
  /** As the agent gives it, else as the request's bytes tell it. */
  readonly endpoint: string;
  /** The observing process' own end of the connection. */
  readonly srcIp: string;
  readonly srcPort: number;
  /** The remote end. */
  readonly dstIp: string;
  readonly dstPort: number;
  /** Nanoseconds on the observing host's clock; bigint because epochs exceed 2^53. */
  readonly start: bigint;
  readonly end: bigint;
  /** Bytes; 0 when unknown. */
  readonly requestSize: number;
  readonly responseSize: number;
  /** Status of the response in the protocol's own words ("200", "NOT_FOUND"), "" where its bytes do not tell. */
  readonly status: string;
  /** Whether that status says that the request failed, for the side that observed it. */
  readonly isError: boolean;
  readonly raw: RawText;
}

/** Why a span document cannot be used. */
export interface SpanFault {
  /** Dotted name of the field, as in the nested form. */
  readonly field: string;
  readonly reason: string;
}

/** Where a span document lies, so that a person can look at it. */
export interface SpanPointer {
  readonly index: string;
  readonly id: string;
  readonly seqNo: number;
}

/** Order of spans that depends on nothing but the spans: by start, longer first, then by id. */
export function bySpanTime(left: Span, right: Span): number {
  if (left.start !== right.start) return left.start < right.start ? -1 : 1;
  if (left.end !== right.end) return left.end > right.end ? -1 : 1;
  return left.spanId < right.spanId ? -1 : left.spanId > right.spanId ? 1 : 0;
}
