import type { RawText } from "../json/raw-text";
import { eachElement, eachMember } from "../json/scan";
import { readText } from "../json/text-values";
import { traceMinutes } from "./span-minutes";
import type { ClockCorrection, Operation, Trace } from "./trace";
import { readTraceSpans } from "./trace-document";

const quote = 0x22;

/** Reads a whole trace back from its document, times exact. Throws MalformedJson when it is none. */
export function readTrace(document: RawText): Trace {
  const { bytes } = document;
  const values = new Map<string, string>();
  const lists = new Map<string, string[]>();
  let operations: Operation[] = [];
  let clockCorrections: ClockCorrection[] = [];
  eachMember(bytes, document.start, document.end, (key, start, end) => {
    if (key === "spans") return;
    if (key === "operations") operations = readObjects(bytes, start, end, readOperation);
    else if (key === "clock_corrections") clockCorrections = readObjects(bytes, start, end, readCorrection);
    else if (key === "changes") return;
    else if (bytes[start] === 0x5b) lists.set(key, readList(bytes, start, end));
    else values.set(key, readValue(bytes, start, end));
  });
  const text = (key: string) => values.get(key) ?? "";
  const list = (key: string) => lists.get(key) ?? [];
  const spans = readTraceSpans(document);
  return {
    traceId: text("trace_id"),
    rootSpanId: text("root_span_id"),
    startTime: BigInt(text("start_time")),
    endTime: BigInt(text("end_time")),
    minutes: traceMinutes(spans),
    duration: BigInt(text("e2e_duration")),
    endpoint: text("endpoint"),
    component: text("component_name"),
    protocol: text("protocol"),
    status: text("status_code"),
    clientIp: text("client_ip"),
    clientPort: Number(text("client_port")),
    serverIp: text("server_ip"),
    serverPort: Number(text("server_port")),
    services: list("services"),
    error: text("error") === "true",
    complete: text("complete") === "true",
    warnings: list("warnings"),
    criticalPath: list("critical_path"),
    operations,
    clockCorrections,
    spans,
  };
}

function readList(bytes: Buffer, start: number, end: number): string[] {
  const texts: string[] = [];
  eachElement(bytes, start, end, (from, to) => texts.push(readText(bytes, from, to)));
  return texts;
}

/** Text of a string or number. */
function readValue(bytes: Buffer, start: number, end: number): string {
  return bytes[start] === quote ? readText(bytes, start, end) : bytes.toString("latin1", start, end);
}

type Values = ReadonlyMap<string, string>;

function readObjects<T>(bytes: Buffer, start: number, end: number, read: (values: Values) => T): T[] {
  const objects: T[] = [];
  eachElement(bytes, start, end, (from, to) => {
    const values = new Map<string, string>();
    eachMember(bytes, from, to, (key, valueStart, valueEnd) => values.set(key, readValue(bytes, valueStart, valueEnd)));
    objects.push(read(values));
  });
  return objects;
}

function readOperation(values: Values): Operation {
  const time = (key: string) => (values.has(key) ? BigInt(values.get(key) as string) : undefined);
  return {
    clientSpanId: values.get("client_span_id") ?? "",
    serverSpanId: values.get("server_span_id") ?? "",
    networkTime: time("network_ns"),
    requestTime: time("request_ns"),
    responseTime: time("response_ns"),
  };
}

function readCorrection(values: Values): ClockCorrection {
  return {
    agent: values.get("agent") ?? "",
    relativeTo: values.get("relative_to") ?? "",
    offset: BigInt(values.get("offset_ns") ?? "0"),
    least: BigInt(values.get("least_ns") ?? "0"),
    most: BigInt(values.get("most_ns") ?? "0"),
    clientSpanId: values.get("client_span_id") ?? "",
    serverSpanId: values.get("server_span_id") ?? "",
  };
}
