import { plainText } from "../json/layout-scanner";
import type { RawText } from "../json/raw-text";
import { MalformedJson } from "../json/scan";
import type { ScannedRow } from "../json/scanned-row";
import type { ValueNotes } from "../json/value-notes";
import { http1 } from "../protocols/http1";
import type { Protocol } from "../protocols/protocol";
import { protocolOf } from "../protocols/protocols";
import { requestHead } from "../protocols/request-head";
import { toldByMessages } from "../protocols/told-by-messages";
import { wireText } from "../protocols/wire-text";
import { findSpanFields } from "./find-span-fields";
import { messageHead } from "./request-headers";
import { requestLineEnd } from "./request-line";
import { isErrorStatus, responseStatus } from "./response-status";
import type { Span, SpanFault } from "./span";
import { fieldNames, fields, noteSpanFields } from "./span-fields";
import {
  addressOf,
  directionOf,
  idOf,
  idOfDocument,
  integerOf,
  isNumber,
  messageOf,
  textOf,
  timeOf,
  Unusable,
} from "./span-values";
import { traceParentOf } from "./trace-headers";

const largestPort = 65535;

/**
 * Reads the deciding fields of a span document, nested or flat. Needed are start and end time and the direction; any
 * other field may be absent or null, but must have the right type if it is there. A span without an id is known by its
 * document's: `AGENT:_id`. Pure: the same bytes give the same span or the same fault.
 */
export function decodeSpan(raw: RawText, agent: string, documentId: string): Span | SpanFault {
  try {
    return readSpan(findSpanFields(raw), raw, agent, documentId);
  } catch (error) {
    return faultOf(error);
  }
}

/** Reads the spans of one agent as they are come upon in an answer. */
export class SpanReader {
  constructor(readonly agent: string) {}

  /** Notes the fields of the document that begins at `start`; index after it, or -1 when it is none that has fields. */
  note(bytes: Buffer, start: number, end: number, notes: ValueNotes): number {
    const before = notes.count;
    try {
      return noteSpanFields(bytes, start, end, notes);
    } catch (error) {
      if (!(error instanceof MalformedJson)) throw error;
      notes.cutTo(before);
      return -1;
    }
  }

  /** As `decodeSpan`, of a document whose fields are found. */
  read(row: ScannedRow, raw: RawText, documentId: string): Span | SpanFault {
    try {
      return readSpan(row, raw, this.agent, documentId);
    } catch (error) {
      return faultOf(error);
    }
  }
}

function faultOf(error: unknown): SpanFault {
  if (error instanceof Unusable) return { field: fieldNames[error.field], reason: error.reason };
  if (error instanceof MalformedJson || error instanceof SyntaxError) {
    return { field: "_source", reason: `_source: ${error.message}` };
  }
  throw error;
}

export function isFault(decoded: Span | SpanFault): decoded is SpanFault {
  return "reason" in decoded;
}

function readSpan(row: ScannedRow, raw: RawText, agent: string, documentId: string): Span {
  const start = timeOf(row, fields.startTime);
  const end = timeOf(row, fields.endTime);
  if (end < start) throw new Unusable(fields.endTime, `metric.end_time: ${end} lies before start_time ${start}`);
  const span: Unfinished = {
    spanId: idOf(row, fields.spanId) || idOfDocument(row, agent, documentId),
    traceId: idOf(row, fields.traceId) || requestedTraceId(row),
    parentId: idOf(row, fields.parentId),
    agent,
    documentId,
    direction: directionOf(row),
    tgid: integerOf(row, fields.tgid, Number.MAX_SAFE_INTEGER),
    pid: integerOf(row, fields.pid, Number.MAX_SAFE_INTEGER),
    protocol: textOf(row, fields.protocol),
    component: textOf(row, fields.component),
    endpoint: textOf(row, fields.endpoint),
    srcIp: addressOf(row, fields.srcIp),
    srcPort: integerOf(row, fields.srcPort, largestPort),
    dstIp: addressOf(row, fields.dstIp),
    dstPort: integerOf(row, fields.dstPort, largestPort),
    start,
    end,
    requestSize: integerOf(row, fields.requestSize, Number.MAX_SAFE_INTEGER),
    responseSize: integerOf(row, fields.responseSize, Number.MAX_SAFE_INTEGER),
    status: statusOf(row),
    isError: false,
    raw,
  };
  if (span.direction === "Egress" && namesServerFirst(row)) swapEnds(span);
  span.isError = isErrorStatus(span.status, span.direction);
  const protocol = protocolOf(span.protocol);
  if (protocol === http1) span.endpoint ||= requestLine(row);
  else if (protocol !== undefined) readMessages(span, protocol, row);
  return span;
}

type Unfinished = { -readonly [Key in keyof Span]: Span[Key] };

/** Endpoint of a request of HTTP/1 to which the agent gives none. */
function requestLine(row: ScannedRow): string {
  const { start, end } = messageOf(row, fields.request);
  const after = requestLineEnd(row.bytes, start, end);
  return after === -1 ? http1.endpointOf(wireText(row.bytes, start, end)) : plainText(row.bytes, start, after + 1);
}

/** Endpoint, unless the agent gives one, and status as the messages of another protocol tell them. */
function readMessages(span: Unfinished, protocol: Protocol, row: ScannedRow): void {
  const request = messageOf(row, fields.request);
  const told = toldByMessages(protocol, span.direction, row.bytes, request, messageOf(row, fields.response));
  span.endpoint ||= told.endpoint;
  span.status = told.status;
  span.isError = told.isError;
  if (span.traceId !== "" || protocol.headersOf === undefined) return;
  span.traceId = traceParentOf(requestHead(protocol, row.bytes, request.start, request.end))?.traceId ?? "";
}

/**
 * Whether the span is of an agent that names the server's end as source whichever side it watches, as DeepTrace's own
 * does: that one writes addresses as numbers, all others as text.
 */
function namesServerFirst(row: ScannedRow): boolean {
  return isNumber(row, fields.srcIp) && isNumber(row, fields.dstIp);
}

function swapEnds(span: Unfinished): void {
  const { srcIp, srcPort } = span;
  span.srcIp = span.dstIp;
  span.srcPort = span.dstPort;
  span.dstIp = srcIp;
  span.dstPort = srcPort;
}

function statusOf(row: ScannedRow): string {
  const { start, end } = messageOf(row, fields.response);
  return end === 0 ? "" : responseStatus(row.bytes, start + 1);
}

/** The trace that the request says it belongs to: whoever sent it is instrumented, or passed on what it got. */
function requestedTraceId(row: ScannedRow): string {
  const end = row.end(fields.request);
  return end === 0 ? "" : (traceParentOf(messageHead(row.bytes, row.start(fields.request), end))?.traceId ?? "");
}
