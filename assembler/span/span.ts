import type { RawText } from "../json/raw-text";

/** `Ingress`: the process received the request; `Egress`: it sent it. */
export type Direction = "Ingress" | "Egress";

/**
 * One request and its response as one process saw them: the fields that decide, read from a span document, and the
 * whole document as it came. Absent texts are "", absent numbers 0.
 */
export interface Span {
  readonly spanId: string;
  /** As the agent gave it; "" when it knows none, which is the rule for spans observed from outside the program. */
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
  /** Status of the response where the protocol has one in clear ("200"), else "". */
  readonly status: string;
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
