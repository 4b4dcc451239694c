import type { Link, LinkMethod } from "../correlate/link";
import type { ByteWriter } from "../json/byte-writer";
import { RawText } from "../json/raw-text";
import { eachElement, eachMember, MalformedJson } from "../json/scan";
import type { TextBody } from "../json/text-body";
import { readText } from "../json/text-values";
import { decodeSpan, isFault } from "../span/decode-span";
import { writeHistory } from "./history-text";
import type { Minute } from "./minute";
import type { ClockCorrection, Operation, Trace, TraceSpan } from "./trace";
import { TraceClock } from "./trace-clock";
import type { TraceHistory } from "./trace-history";

/**
 * Writes a trace as its document, on one line, its history first. Each span's own document is copied byte for byte under
 * `source`; times are written from bigint, to the last digit.
 */
export function writeTraceDocument(writer: ByteWriter, trace: Trace, history?: TraceHistory): void {
  writer.text("{");
  if (history !== undefined) writeHistory(writer, history);
  writer.text('"trace_id":').quoted(trace.traceId).text(',"root_span_id":').quoted(trace.rootSpanId);
  writer.text(',"start_time":').integer(trace.startTime).text(',"end_time":').integer(trace.endTime);
  writer.text(',"e2e_duration":').integer(trace.duration).text(',"minutes":[').text(trace.minutes.join(","));
  writer.text('],"span_num":').integer(trace.spans.length);
  writer.text(',"endpoint":').quoted(trace.endpoint).text(',"component_name":').quoted(trace.component);
  writer.text(',"protocol":').quoted(trace.protocol).text(',"status_code":').quoted(trace.status);
  writer.text(',"client_ip":').quoted(trace.clientIp).text(',"client_port":').integer(trace.clientPort);
  writer.text(',"server_ip":').quoted(trace.serverIp).text(',"server_port":').integer(trace.serverPort);
  writer.text(',"services":').quotedList(trace.services);
  writeSpanIds(writer, trace.spans);
  writer.text(trace.error ? ',"error":true' : ',"error":false');
  writer.text(trace.complete ? ',"complete":true' : ',"complete":false');
  writer.text(',"warnings":').quotedList(trace.warnings).text(',"critical_path":').quotedList(trace.criticalPath);
  writeOperations(writer, trace.operations);
  writeCorrections(writer, trace.clockCorrections);
  const clock = trace.clockCorrections.length === 0 ? undefined : new TraceClock(trace.clockCorrections);
  writer.text(',"spans":[');
  let before = "{";
  for (const member of trace.spans) {
    writer.text(before);
    before = "},{";
    writeSpanHead(writer, member, clock);
    const { bytes, start, end } = member.span.raw.onOneLine();
    writer.raw(bytes, start, end);
  }
  writer.text(trace.spans.length === 0 ? "]}" : "}]}");
}

function writeSpanIds(writer: ByteWriter, spans: readonly TraceSpan[]): void {
  let before = ',"span_ids":[';
  for (const { span } of spans) {
    writer.text(before).quoted(span.spanId);
    before = ",";
  }
  writer.text(spans.length === 0 ? ',"span_ids":[]' : "]");
}

function writeSpanHead(writer: ByteWriter, { span, parentId, link }: TraceSpan, clock: TraceClock | undefined): void {
  writer.text('"span_id":').quoted(span.spanId).text(',"parent_id":').quoted(parentId);
  writer.text(',"agent":').quoted(span.agent);
  if (span.documentId !== span.spanId) writer.text(',"document_id":').quoted(span.documentId);
  if (clock !== undefined && clock.offsetOf(span.agent) !== 0n) {
    writer.text(',"corrected_start_time":').integer(clock.startOf(span));
    writer.text(',"corrected_end_time":').integer(clock.endOf(span));
  }
  writer.text(',"link":');
  if (link !== undefined) writeLink(writer, link);
  else writer.text(parentId === "" ? "null" : '{"method":"given","confidence":1}');
  writer.text(',"source":');
}

function writeLink(writer: ByteWriter, { method, confidence, runnerUp, doubtful }: Link): void {
  writer.text('{"method":').quoted(method).text(',"confidence":').text(String(confidence));
  if (runnerUp !== undefined) writer.text(',"runner_up":').quoted(runnerUp);
  writer.text(doubtful === true ? ',"doubtful":true}' : "}");
}

function writeOperations(writer: ByteWriter, operations: readonly Operation[]): void {
  let before = ',"operations":[';
  for (const { clientSpanId, serverSpanId, networkTime, requestTime, responseTime } of operations) {
    writer.text(before).text('{"client_span_id":').quoted(clientSpanId).text(',"server_span_id":').quoted(serverSpanId);
    before = ",";
    if (networkTime !== undefined) writer.text(',"network_ns":').integer(networkTime);
    if (requestTime !== undefined) writer.text(',"request_ns":').integer(requestTime);
    if (responseTime !== undefined) writer.text(',"response_ns":').integer(responseTime);
    writer.text("}");
  }
  writer.text(operations.length === 0 ? ',"operations":[]' : "]");
}

function writeCorrections(writer: ByteWriter, corrections: readonly ClockCorrection[]): void {
  let before = ',"clock_corrections":[';
  for (const { agent, relativeTo, offset, least, most, clientSpanId, serverSpanId } of corrections) {
    writer.text(before).text('{"agent":').quoted(agent).text(',"relative_to":').quoted(relativeTo);
    before = ",";
    writer.text(',"offset_ns":').integer(offset).text(',"least_ns":').integer(least).text(',"most_ns":').integer(most);
    writer.text(',"client_span_id":').quoted(clientSpanId).text(',"server_span_id":').quoted(serverSpanId).text("}");
  }
  writer.text(corrections.length === 0 ? ',"clock_corrections":[]' : "]");
}

const quote = 0x22;

/**
 * Reads the spans back from a trace document. Throws MalformedJson when it is no trace document, or when one of its
 * spans cannot be used: rewriting the trace without it would lose it.
 */
export function readTraceSpans(document: RawText): TraceSpan[] {
  const spans: TraceSpan[] = [];
  const { body, bytes } = document;
  eachMember(bytes, document.start, document.end, (key, start, end) => {
    if (key !== "spans") return;
    eachElement(bytes, start, end, (from, to) => {
      spans.push(readTraceSpan(body, from, to));
    });
  });
  return spans;
}

function readTraceSpan(body: TextBody, start: number, end: number): TraceSpan {
  const { bytes } = body;
  const texts = new Map<string, string>();
  let link: StoredLink | null = null;
  let source: RawText | undefined;
  eachMember(bytes, start, end, (key, from, to) => {
    if (key === "source") source = new RawText(body, from, to);
    else if (key === "link") link = JSON.parse(bytes.toString("utf8", from, to));
    else if (bytes[from] === quote) texts.set(key, readText(bytes, from, to));
  });
  if (source === undefined) throw new MalformedJson("span of a trace without source", start);
  const spanId = texts.get("span_id") ?? "";
  const span = decodeSpan(source, texts.get("agent") ?? "", texts.get("document_id") ?? spanId);
  if (isFault(span)) throw new MalformedJson(`span of a trace: ${span.reason}`, start);
  const parentId = texts.get("parent_id") ?? "";
  return { span, parentId, link: readLink(parentId, link) };
}

interface StoredLink {
  readonly method: LinkMethod;
  readonly confidence: number;
  readonly runner_up?: string;
  readonly doubtful?: true;
}

function readLink(parentId: string, stored: StoredLink | null): Link | undefined {
  if (stored === null || stored.method === "given") return undefined;
  const { method, confidence, runner_up, doubtful } = stored;
  const runnerUp = runner_up === undefined ? undefined : { runnerUp: runner_up };
  return { parentId, method, confidence, ...runnerUp, ...(doubtful && { doubtful }) };
}

/** The minutes a stored trace document is found by. */
export function documentMinutes(document: RawText): Minute[] {
  let minutes: Minute[] = [];
  eachMember(document.bytes, document.start, document.end, (key, start, end) => {
    if (key === "minutes") minutes = JSON.parse(document.bytes.toString("latin1", start, end));
  });
  return minutes;
}
