import { type ByteView, viewOf } from "../json/byte-view";
import { internedIds } from "../json/interned-ids";
import type { RawText } from "../json/raw-text";
import { MalformedJson } from "../json/scan";
import { InternedText, readDigits, readLong } from "../json/text-values";
import { http1 } from "../protocols/http1";
import type { Protocol } from "../protocols/protocol";
import { protocolOf } from "../protocols/protocols";
import { requestHead } from "../protocols/request-head";
import { type Extent, toldByMessages } from "../protocols/told-by-messages";
import { wireText } from "../protocols/wire-text";
import { dottedAddress, largestAddress } from "./numeric-address";
import { messageHead } from "./request-headers";
import { requestLineEnd } from "./request-line";
import { isErrorStatus, responseStatus } from "./response-status";
import { type Direction, isDirection, type Span, type SpanFault } from "./span";
import { type Field, fieldNames, fields, SpanFieldExtents } from "./span-fields";
import { traceParentOf } from "./trace-headers";

/** Largest value of Elasticsearch's `long`, in which times are stored. */
const largestLong = 9223372036854775807n;
const largestPort = 65535;
/** Elasticsearch refuses longer `_id`s, and a trace's `_id` is its trace id. */
const longestId = 512;
const allowedId = `a string of at most ${longestId} bytes`;
const allowedTime = `nanoseconds from 0 to ${largestLong}`;
const allowedAddress = `a string, or an IPv4 address as a number from 0 to ${largestAddress}`;
const quote = 0x22;
const backslash = 0x5c;

class Unusable extends Error {
  constructor(
    readonly field: Field,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const extents = new SpanFieldExtents();
const interned = new InternedText();

/**
 * Reads the deciding fields of a span document, nested or flat. Needed are start and end time and the direction; any
 * other field may be absent or null, but must have the right type if it is there. A span without an id is known by its
 * document's: `AGENT:_id`. Pure: the same bytes give the same span or the same fault.
 */
export function decodeSpan(raw: RawText, agent: string, documentId: string): Span | SpanFault {
  return decode(raw, agent, documentId, false);
}

/** Reads the spans of one agent as they are come upon in an answer: steps over a document, and then reads it. */
export class SpanReader {
  #isFound = false;

  constructor(readonly agent: string) {}

  /** Index after the document that begins at `start`; -1 when it is none that has fields. */
  stepOver(view: ByteView, start: number, end: number): number {
    this.#isFound = false;
    try {
      const after = extents.find(view, start, end);
      this.#isFound = true;
      return after;
    } catch (error) {
      if (error instanceof MalformedJson) return -1;
      throw error;
    }
  }

  /** As `decodeSpan`, of the document that was stepped over last. */
  read(raw: RawText, documentId: string): Span | SpanFault {
    return decode(raw, this.agent, documentId, this.#isFound);
  }
}

/** `isFound`: the extents are those of this document already. */
function decode(raw: RawText, agent: string, documentId: string, isFound: boolean): Span | SpanFault {
  try {
    if (!isFound) extents.find(viewOf(raw.bytes), raw.start, raw.end);
    return readSpan(raw, agent, documentId);
  } catch (error) {
    if (error instanceof Unusable) return { field: fieldNames[error.field], reason: error.reason };
    if (error instanceof MalformedJson || error instanceof SyntaxError) {
      return { field: "_source", reason: `_source: ${error.message}` };
    }
    throw error;
  }
}

export function isFault(decoded: Span | SpanFault): decoded is SpanFault {
  return "reason" in decoded;
}

function readSpan(raw: RawText, agent: string, documentId: string): Span {
  const { bytes } = raw;
  const start = time(bytes, fields.startTime);
  const end = time(bytes, fields.endTime);
  if (end < start) throw new Unusable(fields.endTime, `metric.end_time: ${end} lies before start_time ${start}`);
  const span: Unfinished = {
    spanId: isPlainText(bytes, fields.spanId, documentId)
      ? documentId
      : id(bytes, fields.spanId) || idOfDocument(bytes, agent, documentId),
    traceId: id(bytes, fields.traceId) || requestedTraceId(bytes),
    parentId: id(bytes, fields.parentId),
    agent,
    documentId,
    direction: direction(bytes),
    tgid: integer(bytes, fields.tgid, Number.MAX_SAFE_INTEGER),
    pid: integer(bytes, fields.pid, Number.MAX_SAFE_INTEGER),
    protocol: text(bytes, fields.protocol),
    component: text(bytes, fields.component),
    endpoint: text(bytes, fields.endpoint),
    srcIp: address(bytes, fields.srcIp),
    srcPort: integer(bytes, fields.srcPort, largestPort),
    dstIp: address(bytes, fields.dstIp),
    dstPort: integer(bytes, fields.dstPort, largestPort),
    start,
    end,
    requestSize: integer(bytes, fields.requestSize, Number.MAX_SAFE_INTEGER),
    responseSize: integer(bytes, fields.responseSize, Number.MAX_SAFE_INTEGER),
    status: status(bytes),
    isError: false,
    raw,
  };
  if (span.direction === "Egress" && namesServerFirst(bytes)) swapEnds(span);
  span.isError = isErrorStatus(span.status, span.direction);
  const protocol = protocolOf(span.protocol);
  if (protocol === http1) span.endpoint ||= requestLine(bytes);
  else if (protocol !== undefined) readMessages(span, protocol, bytes);
  return span;
}

type Unfinished = { -readonly [Key in keyof Span]: Span[Key] };

/** Endpoint of a request of HTTP/1 to which the agent gives none. */
function requestLine(bytes: Buffer): string {
  const { start, end } = extentOf(bytes, fields.request);
  const after = requestLineEnd(bytes, start, end);
  return after === -1 ? http1.endpointOf(wireText(bytes, start, end)) : interned.read(bytes, start, after + 1);
}

/** Endpoint, unless the agent gives one, and status as the messages of another protocol tell them. */
function readMessages(span: Unfinished, protocol: Protocol, bytes: Buffer): void {
  const request = extentOf(bytes, fields.request);
  const told = toldByMessages(protocol, span.direction, bytes, request, extentOf(bytes, fields.response));
  span.endpoint ||= told.endpoint;
  span.status = told.status;
  span.isError = told.isError;
  if (span.traceId !== "" || protocol.headersOf === undefined) return;
  span.traceId = traceParentOf(requestHead(protocol, bytes, request.start, request.end))?.traceId ?? "";
}

/** Of a string; any other value holds no message. */
function extentOf(bytes: Buffer, field: Field): Extent {
  const start = extents.starts[field] as number;
  return { start, end: isAbsent(bytes, field) || bytes[start] !== quote ? 0 : (extents.ends[field] as number) };
}

function isAbsent(bytes: Buffer, field: Field): boolean {
  const end = extents.ends[field] as number;
  // `null`: no other JSON value begins with n.
  return end === 0 || bytes[extents.starts[field] as number] === 0x6e;
}

function unusable(bytes: Buffer, field: Field, allowed: string): Unusable {
  const name = fieldNames[field];
  if (isAbsent(bytes, field)) return new Unusable(field, `${name}: missing; needed: ${allowed}`);
  const start = extents.starts[field] as number;
  const end = Math.min(extents.ends[field] as number, start + 80);
  return new Unusable(field, `${name}: got ${bytes.toString("utf8", start, end)}; allowed: ${allowed}`);
}

function text(bytes: Buffer, field: Field): string {
  if (isAbsent(bytes, field)) return "";
  const start = extents.starts[field] as number;
  if (bytes[start] !== quote) throw unusable(bytes, field, "a string");
  return interned.read(bytes, start, extents.ends[field] as number);
}

/** Of an address: a text, or an IPv4 address as one number; "" also for address 0, which is nobody's. */
function address(bytes: Buffer, field: Field): string {
  if (isAbsent(bytes, field)) return "";
  const start = extents.starts[field] as number;
  const end = extents.ends[field] as number;
  if (bytes[start] === quote) return interned.read(bytes, start, end);
  const value = readDigits(bytes, start, end);
  if (value === -1 || value > largestAddress) throw unusable(bytes, field, allowedAddress);
  return value === 0 ? "" : dottedAddress(value);
}

/**
 * Whether the span is of an agent that names the server's end as source whichever side it watches, as DeepTrace's own
 * does: that one writes addresses as numbers, all others as text.
 */
function namesServerFirst(bytes: Buffer): boolean {
  return isNumber(bytes, fields.srcIp) && isNumber(bytes, fields.dstIp);
}

function isNumber(bytes: Buffer, field: Field): boolean {
  return !isAbsent(bytes, field) && bytes[extents.starts[field] as number] !== quote;
}

function swapEnds(span: Unfinished): void {
  const { srcIp, srcPort } = span;
  span.srcIp = span.dstIp;
  span.srcPort = span.dstPort;
  span.dstIp = srcIp;
  span.dstPort = srcPort;
}

/** Elasticsearch makes an `_id` once, and a document keeps it. Agents write to an index each; no index name holds a `:`. */
function idOfDocument(bytes: Buffer, agent: string, documentId: string): string {
  const value = `${agent}:${documentId}`;
  if (value.length * 3 > longestId && Buffer.byteLength(value) > longestId) {
    throw unusable(bytes, fields.spanId, allowedId);
  }
  return value;
}

function id(bytes: Buffer, field: Field): string {
  if (isAbsent(bytes, field)) return "";
  const start = extents.starts[field] as number;
  const end = extents.ends[field] as number;
  if (bytes[start] !== quote) throw unusable(bytes, field, allowedId);
  const value = internedIds.read(bytes, start, end);
  if (value.length * 3 > longestId && Buffer.byteLength(value) > longestId) throw unusable(bytes, field, allowedId);
  return value;
}

/** Whether the field is this text, written without escapes in ASCII: the span's id mostly is the document's, too. */
function isPlainText(bytes: Buffer, field: Field, text: string): boolean {
  const { length } = text;
  const start = extents.starts[field] as number;
  const isAsLong = extents.ends[field] === start + length + 2 && length > 0 && length <= longestId;
  if (!isAsLong || bytes[start] !== quote) return false;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== bytes[start + 1 + at] || code >= 0x80 || code === backslash) return false;
  }
  return true;
}

function direction(bytes: Buffer): Direction {
  const value = text(bytes, fields.direction);
  if (isDirection(value)) return value;
  throw unusable(bytes, fields.direction, "Ingress or Egress; Server, Client or Internal of an instrumented program");
}

function integer(bytes: Buffer, field: Field, largest: number): number {
  if (isAbsent(bytes, field)) return 0;
  const value = readDigits(bytes, extents.starts[field] as number, extents.ends[field] as number);
  if (value === -1 || value > largest) throw unusable(bytes, field, `an integer from 0 to ${largest}`);
  return value;
}

/** Nanoseconds, exact: a JSON integer, or the same digits in a string. */
function time(bytes: Buffer, field: Field): bigint {
  let start = extents.starts[field] as number;
  let end = extents.ends[field] as number;
  if (isAbsent(bytes, field)) throw unusable(bytes, field, allowedTime);
  if (bytes[start] === quote) {
    start += 1;
    end -= 1;
  }
  const value = readLong(bytes, start, end);
  if (value < 0n || value > largestLong) throw unusable(bytes, field, allowedTime);
  return value;
}

function status(bytes: Buffer): string {
  const start = extents.starts[fields.response] as number;
  return isAbsent(bytes, fields.response) || bytes[start] !== quote ? "" : responseStatus(bytes, start + 1);
}

/** The trace that the request says it belongs to: whoever sent it is instrumented, or passed on what it got. */
function requestedTraceId(bytes: Buffer): string {
  const end = extents.ends[fields.request] as number;
  return end === 0
    ? ""
    : (traceParentOf(messageHead(bytes, extents.starts[fields.request] as number, end))?.traceId ?? "");
}
