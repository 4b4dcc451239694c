import type { RawText } from "../json/raw-text";
import { eachElement, eachMember } from "../json/scan";
import { readText } from "../json/text-values";
import { traceMinutes } from "./span-minutes";
import type { Trace } from "./trace";
import { readTraceSpans } from "./trace-document";

const quote = 0x22;

/** Reads a whole trace back from its document, times exact. Throws MalformedJson when it is none. */
export function readTrace(document: RawText): Trace {
  const { bytes } = document;
  const values = new Map<string, string>();
  const lists = new Map<string, string[]>();
  eachMember(bytes, document.start, document.end, (key, start, end) => {
    if (key === "spans") return;
    if (bytes[start] === 0x5b) lists.set(key, readList(bytes, start, end));
    else values.set(key, bytes[start] === quote ? readText(bytes, start, end) : bytes.toString("latin1", start, end));
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
    spans,
  };
}

function readList(bytes: Buffer, start: number, end: number): string[] {
  const texts: string[] = [];
  eachElement(bytes, start, end, (from, to) => texts.push(readText(bytes, from, to)));
  return texts;
}
