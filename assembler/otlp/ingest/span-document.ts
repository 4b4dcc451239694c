import type { Direction } from "../../span/span";
import { readAttributes } from "../attributes";
import { isId } from "../otlp-ids";

/** A span document to store: the same span always has the same id, so that a client's retry adds none. */
export interface OtlpDocument {
  readonly id: string;
  /** JSON on one line. */
  readonly text: string;
}

/** Why a span is not taken. */
export interface OtlpFault {
  readonly reason: string;
}

/** What one span came with, as it was received. */
export interface ReceivedSpan {
  readonly resource: unknown;
  readonly scope: unknown;
  readonly span: unknown;
}

const largestLong = "9223372036854775807";
/** Elasticsearch takes 1000 levels of objects; the trace document and its surroundings need some of them. */
const mostLevels = 200;
const longestText = 1_000_000;

/** By OpenTelemetry's numbers; consumers serve, producers call. */
const directions: readonly Direction[] = ["Internal", "Internal", "Server", "Client", "Client", "Server"];
const kindNames = ["INTERNAL", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];

/** Every span of an export request with its resource and scope; what is not of the form of one is passed over. */
export function* receivedSpans(request: unknown): Generator<ReceivedSpan> {
  for (const ofResource of list(request, "resourceSpans")) {
    const resource = member(ofResource, "resource");
    for (const ofScope of list(ofResource, "scopeSpans")) {
      const scope = member(ofScope, "scope");
      for (const span of list(ofScope, "spans")) yield { resource, scope, span };
    }
  }
}

/**
 * An OpenTelemetry span as a span document: in the agents' form as far as that has a place for it, and whole, as it was
 * received, under `otlp`. Pure: the same span gives the same document, or the same fault.
 */
export function spanDocument({ resource, scope, span }: ReceivedSpan): OtlpDocument | OtlpFault {
  const text = (key: string): string => {
    const value = member(span, key);
    return typeof value === "string" ? value : "";
  };
  const traceId = text("traceId").toLowerCase();
  const spanId = text("spanId").toLowerCase();
  const parentId = text("parentSpanId").toLowerCase();
  const start = digits(member(span, "startTimeUnixNano"));
  const end = digits(member(span, "endTimeUnixNano"));
  if (!isId(traceId, 32)) return { reason: "traceId: needed: 32 hexadecimal digits, not all 0" };
  const of = `span ${isId(spanId, 16) ? spanId : "without a valid id"} of trace ${traceId}`;
  if (!isId(spanId, 16)) return { reason: `${of}: spanId: needed: 16 hexadecimal digits, not all 0` };
  if (parentId !== "" && !/^[0-9a-f]{16}$/.test(parentId)) {
    return { reason: `${of}: parentSpanId: allowed: 16 hexadecimal digits, or none` };
  }
  const times = "nanoseconds from 1 to 9223372036854775807";
  if (start === undefined) return { reason: `${of}: startTimeUnixNano: needed: ${times}` };
  if (end === undefined) return { reason: `${of}: endTimeUnixNano: needed: ${times}` };
  if (BigInt(end) < BigInt(start)) return { reason: `${of}: it ends before it starts` };
  if (levelsOf([resource, scope, span]) > mostLevels) return { reason: `${of}: nested deeper than ${mostLevels}` };
  const kind = Number(member(span, "kind") ?? 0);
  const ids = { traceId, spanId, parentSpanId: /[^0]/.test(parentId) ? parentId : "" };
  const received = { resource, scope, span: { ...(span as object), ...ids, kind } };
  const document = documentText(received, { ...ids, kind, name: text("name"), start, end });
  if (document.length > longestText) return { reason: `${of}: longer than ${longestText} characters` };
  return { id: `${traceId}-${spanId}-${(kindNames[kind] ?? "INTERNAL").toLowerCase()}`, text: document };
}

interface Basics {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly kind: number;
  readonly name: string;
  readonly start: string;
  readonly end: string;
}

/** Times are written as the digits they came in. */
function documentText(received: ReceivedSpan, basics: Basics): string {
  const { traceId, spanId, parentSpanId, kind, name, start, end } = basics;
  const ofSpan = readAttributes(member(received.span, "attributes"));
  const ofResource = readAttributes(member(received.resource, "attributes"));
  const first = (...keys: string[]) => keys.map((key) => ofSpan.get(key)).find((value) => value !== undefined) ?? "";
  const method = first("http.request.method", "http.method");
  const path = first("http.route", "url.path", "http.target");
  const status = first("http.response.status_code", "http.status_code");
  const tag = {
    tgid: count(ofResource.get("process.pid")),
    pid: count(first("thread.id")),
    protocol:
      first("rpc.system", "rpc.system.name", "db.system.name", "db.system", "messaging.system") || (method && "HTTP"),
    component: ofResource.get("service.name") ?? "unknown_service",
    direction: directions[kind] ?? "Internal",
    src_ip: "",
    dst_ip: "",
    src_port: 0,
    dst_port: 0,
    endpoint: method !== "" && path !== "" ? `${method} ${path}` : name,
  };
  const sizes =
    `"req_size":${count(first("http.request.body.size", "http.request_content_length"))},` +
    `"resp_size":${count(first("http.response.body.size", "http.response_content_length"))}`;
  const content = { req_content: "", resp_content: /^[1-5]\d\d$/.test(status) ? `HTTP/1.1 ${status}` : "" };
  return (
    `{"context":{"trace_id":"${traceId}","span_id":"${spanId}","parent_id":"${parentSpanId}"},` +
    `"tag":{"docker_tag":null,"ebpf_tag":${JSON.stringify(tag)}},` +
    `"metric":{"start_time":${start},"end_time":${end},"duration":${BigInt(end) - BigInt(start)},${sizes}},` +
    `"content":${JSON.stringify(content)},"otlp":${JSON.stringify(received)}}`
  );
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function list(value: unknown, key: string): readonly unknown[] {
  const items = member(value, key);
  return Array.isArray(items) ? items : [];
}

/** Digits without leading zeros of a positive 64-bit number; undefined when it is none. */
function digits(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^0*[1-9]\d{0,18}$/.test(text)) return undefined;
  const plain = text.replace(/^0+/, "");
  return plain.length === largestLong.length && plain > largestLong ? undefined : plain;
}

/** A whole number that JavaScript holds exactly; 0 for anything else. */
function count(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
}

function levelsOf(value: unknown, level = 0): number {
  if (typeof value !== "object" || value === null || level > mostLevels) return level;
  let deepest = level;
  for (const item of Object.values(value)) deepest = Math.max(deepest, levelsOf(item, level + 1));
  return deepest;
}
