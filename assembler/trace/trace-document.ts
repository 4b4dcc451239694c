import type { Link, LinkMethod } from "../correlate/link";
import type { ByteWriter } from "../json/byte-writer";
import { RawText } from "../json/raw-text";
import { eachElement, eachMember, MalformedJson } from "../json/scan";
import { readText } from "../json/text-values";
import { decodeSpan, isFault } from "../span/decode-span";
import { historyText } from "./history-text";
import type { Minute } from "./minute";
import type { ClockCorrection, Operation, Trace, TraceSpan } from "./trace";
import { TraceClock } from "./trace-clock";
import type { TraceHistory } from "./trace-history";

/**
 * Writes a trace as its document, on one line, its history first. Each span's own document is copied byte for byte under
 * `source`; times are written from bigint, to the last digit.
 */
export function writeTraceDocument(writer: ByteWriter, trace: Trace, history?: TraceHistory): void {
  const spanIds = trace.spans.map((member) => member.span.spanId);
  writer.text(
    `{${history === undefined ? "" : historyText(history)}` +
      `"trace_id":${text(trace.traceId)},"root_span_id":${text(trace.rootSpanId)}` +
      `,"start_time":${trace.startTime},"end_time":${trace.endTime},"e2e_duration":${trace.duration}` +
      `,"minutes":[${trace.minutes.join(",")}]` +
      `,"span_num":${spanIds.length},"endpoint":${text(trace.endpoint)},"component_name":${text(trace.component)}` +
      `,"protocol":${text(trace.protocol)},"status_code":${text(trace.status)}` +
      `,"client_ip":${text(trace.clientIp)},"client_port":${trace.clientPort}` +
      `,"server_ip":${text(trace.serverIp)},"server_port":${trace.serverPort}` +
      `,"services":${texts(trace.services)},"span_ids":${texts(spanIds)}` +
      `,"error":${trace.error},"complete":${trace.complete},"warnings":${texts(trace.warnings)}` +
      `,"critical_path":${texts(trace.criticalPath)},"operations":${operationsText(trace.operations)}` +
      `,"clock_corrections":${correctionsText(trace.clockCorrections)},"spans":[`,
  );
  const clock = trace.clockCorrections.length === 0 ? undefined : new TraceClock(trace.clockCorrections);
  let before = "{";
  for (const member of trace.spans) {
    writer.text(before + spanHead(member, clock));
    before = "},{";
    const { bytes, start, end } = member.span.raw.onOneLine();
    writer.raw(bytes, start, end);
  }
  writer.text(trace.spans.length === 0 ? "]}" : "}]}");
}

function spanHead({ span, parentId, link }: TraceSpan, clock: TraceClock | undefined): string {
  const documentId = span.documentId === span.spanId ? "" : `,"document_id":${text(span.documentId)}`;
  const isCorrected = clock !== undefined && clock.offsetOf(span.agent) !== 0n;
  const corrected = isCorrected
    ? `,"corrected_start_time":${clock.startOf(span)},"corrected_end_time":${clock.endOf(span)}`
    : "";
  return (
    `"span_id":${text(span.spanId)},"parent_id":${text(parentId)},"agent":${text(span.agent)}${documentId}` +
    `${corrected},"link":${linkText(parentId, link)},"source":`
  );
}

function linkText(parentId: string, link: Link | undefined): string {
  if (link === undefined) return parentId === "" ? "null" : '{"method":"given","confidence":1}';
  const runnerUp = link.runnerUp === undefined ? "" : `,"runner_up":${text(link.runnerUp)}`;
  return `{"method":"${link.method}","confidence":${link.confidence}${runnerUp}}`;
}

function operationsText(operations: readonly Operation[]): string {
  let written = "[";
  for (const { clientSpanId, serverSpanId, networkTime, requestTime, responseTime } of operations) {
    written +=
      `${written === "[" ? "" : ","}{"client_span_id":${text(clientSpanId)},"server_span_id":${text(serverSpanId)}` +
      `${networkTime === undefined ? "" : `,"network_ns":${networkTime}`}` +
      `${requestTime === undefined ? "" : `,"request_ns":${requestTime},"response_ns":${responseTime}`}}`;
  }
  return `${written}]`;
}

function correctionsText(corrections: readonly ClockCorrection[]): string {
  const objects = corrections.map(
    ({ agent, relativeTo, offset, least, most, clientSpanId, serverSpanId }) =>
      `{"agent":${text(agent)},"relative_to":${text(relativeTo)},"offset_ns":${offset},"least_ns":${least},"most_ns":${most}` +
      `,"client_span_id":${text(clientSpanId)},"server_span_id":${text(serverSpanId)}}`,
  );
  return `[${objects.join(",")}]`;
}

function texts(values: readonly string[]): string {
  if (values.length === 0) return "[]";
  // One look at all of them costs less than one at each.
  return plain.test(values.join(" ")) ? `["${values.join('","')}"]` : `[${values.map(text).join(",")}]`;
}

const quote = 0x22;
const plain = /^[\w .:/-]*$/;

function text(value: string): string {
  return plain.test(value) ? `"${value}"` : JSON.stringify(value);
}

/**
 * Reads the spans back from a trace document. Throws MalformedJson when it is no trace document, or when one of its
 * spans cannot be used: rewriting the trace without it would lose it.
 */
export function readTraceSpans(document: RawText): TraceSpan[] {
  const spans: TraceSpan[] = [];
  eachMember(document.bytes, document.start, document.end, (key, start, end) => {
    if (key !== "spans") return;
    eachElement(document.bytes, start, end, (from, to) => {
      spans.push(readTraceSpan(document.bytes, from, to));
    });
  });
  return spans;
}

function readTraceSpan(bytes: Buffer, start: number, end: number): TraceSpan {
  const texts = new Map<string, string>();
  let link: StoredLink | null = null;
  let source: RawText | undefined;
  eachMember(bytes, start, end, (key, from, to) => {
    if (key === "source") source = new RawText(bytes, from, to);
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
}

function readLink(parentId: string, stored: StoredLink | null): Link | undefined {
  if (stored === null || stored.method === "given") return undefined;
  const { method, confidence, runner_up } = stored;
  return { parentId, method, confidence, ...(runner_up === undefined ? {} : { runnerUp: runner_up }) };
}

/** The minutes a stored trace document is found by. */
export function documentMinutes(document: RawText): Minute[] {
  let minutes: Minute[] = [];
  eachMember(document.bytes, document.start, document.end, (key, start, end) => {
    if (key === "minutes") minutes = JSON.parse(document.bytes.toString("latin1", start, end));
  });
  return minutes;
}
