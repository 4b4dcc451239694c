import { headerReader, headersOf } from "./request-headers";

/** Where the other side of a request stands, as a header of the request says. */
export interface TraceParent {
  /** 32 hexadecimal digits; shorter ids have zeros before them, as OpenTelemetry has it. */
  readonly traceId: string;
  /** The caller's span: 16 hexadecimal digits; "" where the header names none. */
  readonly parentId: string;
}

/** Services write `traceparent`, Go's HTTP library `Traceparent`. */
const w3c = /\\n[Tt]raceparent:[ \t]*(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;
const b3 = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-|$)/i;
const hexadecimal = /^[0-9a-f]{1,32}$/i;
const shortHexadecimal = /^[0-9a-f]{1,16}$/i;
const jaeger = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}$/i;
const amazonRoot = /(?:^|;)[ \t]*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/i;
const amazonParent = /(?:^|;)[ \t]*Parent=([0-9a-f]{16})(?:;|$)/i;
const decimal = /^[0-9]{1,20}$/;
const datadogUpperHalf = /(?:^|,)_dd\.p\.tid=([0-9a-f]{16})(?:,|$)/;
const largestHalf = (1n << 64n) - 1n;

const b3Header = headerReader("b3");
const b3TraceId = headerReader("x-b3-traceid");
const b3SpanId = headerReader("x-b3-spanid");
const jaegerHeader = headerReader("uber-trace-id");
const datadogTraceId = headerReader("x-datadog-trace-id");
const datadogParentId = headerReader("x-datadog-parent-id");
const datadogTags = headerReader("x-datadog-tags");
const amazonHeader = headerReader("x-amzn-trace-id");

type Reader = (head: string) => TraceParent | undefined;

/** The standard goes first; a load balancer's comes last, as whoever it calls may have a trace of its own. */
const readers: readonly Reader[] = [byW3c, byB3, byB3Parts, byJaeger, byDatadog, byAmazon];

/**
 * What the headers of a request say of its trace: `traceparent` (W3C), `b3` and `X-B3-…` (Zipkin), `uber-trace-id`
 * (Jaeger), `x-datadog-…` or `X-Amzn-Trace-Id`; undefined when it has none that is valid. Most requests have none: that
 * costs three searches.
 */
export function traceParentOf(head: string): TraceParent | undefined {
  if (!mayName(head)) return undefined;
  // Contents may speak of traces too, and are longer.
  const headers = headersOf(head);
  if (!mayName(headers)) return undefined;
  for (const read of readers) {
    const found = read(headers);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All names but one hold "race", small in whatever case the rest is written. */
function mayName(head: string): boolean {
  return head.includes("race") || head.includes("\\nb3:") || head.includes("\\nB3:");
}

function byW3c(head: string): TraceParent | undefined {
  const [, traceId = "", parentId = ""] = w3c.exec(head) ?? [];
  return isZero(parentId) ? undefined : traceParent(traceId, parentId);
}

function byB3(head: string): TraceParent | undefined {
  const [, traceId = "", spanId = ""] = b3.exec(b3Header(head)) ?? [];
  return traceParent(traceId, spanId);
}

function byB3Parts(head: string): TraceParent | undefined {
  const traceId = b3TraceId(head);
  const spanId = b3SpanId(head);
  return hexadecimal.test(traceId) ? traceParent(traceId, shortHexadecimal.test(spanId) ? spanId : "") : undefined;
}

function byJaeger(head: string): TraceParent | undefined {
  const [, traceId = "", spanId = ""] = jaeger.exec(jaegerHeader(head).replace(/%3a/gi, ":")) ?? [];
  return traceParent(traceId, spanId);
}

function byDatadog(head: string): TraceParent | undefined {
  const lower = halfOf(datadogTraceId(head));
  if (lower === "") return undefined;
  const [, upper = ""] = datadogUpperHalf.exec(datadogTags(head)) ?? [];
  return traceParent(upper + lower, halfOf(datadogParentId(head)));
}

function byAmazon(head: string): TraceParent | undefined {
  const value = amazonHeader(head);
  const [, seconds = "", rest = ""] = amazonRoot.exec(value) ?? [];
  return traceParent(seconds + rest, amazonParent.exec(value)?.[1] ?? "");
}

/** 16 hexadecimal digits of a decimal number; "" when it is none of 64 bits. */
function halfOf(digits: string): string {
  if (!decimal.test(digits)) return "";
  const value = BigInt(digits);
  return value > largestHalf ? "" : value.toString(16).padStart(16, "0");
}

function traceParent(traceId: string, parentId: string): TraceParent | undefined {
  if (isZero(traceId)) return undefined;
  return {
    traceId: traceId.toLowerCase().padStart(32, "0"),
    parentId: isZero(parentId) ? "" : parentId.toLowerCase().padStart(16, "0"),
  };
}

function isZero(id: string): boolean {
  return !/[^0]/.test(id);
}
