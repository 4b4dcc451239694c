import { KnownKeys } from "../json/known-keys";
import { MalformedJson, skipSpace, skipString, skipValue, valueAfterKey } from "../json/scan";
import { noCell, type ValueNotes } from "../json/value-notes";
import { type ValueKind, valueKinds } from "../wasm/layout-scan";

/** The fields that decide; their names are those of the nested form. */
export const fieldNames = [
  "context.trace_id",
  "context.span_id",
  "context.parent_id",
  "tag.ebpf_tag.tgid",
  "tag.ebpf_tag.pid",
  "tag.ebpf_tag.protocol",
  "tag.ebpf_tag.component",
  "tag.ebpf_tag.direction",
  "tag.ebpf_tag.src_ip",
  "tag.ebpf_tag.dst_ip",
  "tag.ebpf_tag.src_port",
  "tag.ebpf_tag.dst_port",
  "tag.ebpf_tag.endpoint",
  "metric.start_time",
  "metric.end_time",
  "metric.req_size",
  "metric.resp_size",
  "content.resp_content",
  "content.req_content",
] as const;

/** Places in `fieldNames`: looking a field up by its name took a third of decoding. */
export const fields = {
  traceId: 0,
  spanId: 1,
  parentId: 2,
  tgid: 3,
  pid: 4,
  protocol: 5,
  component: 6,
  direction: 7,
  srcIp: 8,
  dstIp: 9,
  srcPort: 10,
  dstPort: 11,
  endpoint: 12,
  startTime: 13,
  endTime: 14,
  requestSize: 15,
  responseSize: 16,
  response: 17,
  request: 18,
} as const;

/** A place in `fieldNames`, and the cell of its value. */
export type Field = (typeof fields)[keyof typeof fields];

const { any, id, text, integer, long, notAnObject } = valueKinds;
const kinds: Record<Field, ValueKind> = {
  [fields.traceId]: id,
  [fields.spanId]: id,
  [fields.parentId]: id,
  [fields.tgid]: integer,
  [fields.pid]: integer,
  [fields.protocol]: text,
  [fields.component]: text,
  [fields.direction]: text,
  [fields.srcIp]: text,
  [fields.dstIp]: text,
  [fields.srcPort]: integer,
  [fields.dstPort]: integer,
  [fields.endpoint]: text,
  [fields.startTime]: long,
  [fields.endTime]: long,
  [fields.requestSize]: integer,
  [fields.responseSize]: integer,
  [fields.response]: any,
  [fields.request]: any,
};

const containers = ["context", "tag", "metric", "content", "ebpf_tag"];
const keys = new KnownKeys([...fieldNames.map((field) => field.slice(field.lastIndexOf(".") + 1)), ...containers]);
const firstContainer = fieldNames.length;
const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
/** `tag` holds `ebpf_tag` holds the field: no form nests deeper. */
const deepest = 2;

/**
 * Notes the values of the document that begins at `start`; returns the index after it. A field is known by its own name,
 * whether it stands at the top (flat form) or in its container (nested form); if it stands twice, the later one counts.
 * Throws MalformedJson when it is not an object.
 */
export function noteSpanFields(bytes: Buffer, start: number, end: number, notes: ValueNotes): number {
  return noteMembers(bytes, skipSpace(bytes, start, end), end, notes, 0);
}

/** Returns the index after the object; containers are gone through once, not skipped and then entered. */
function noteMembers(bytes: Buffer, start: number, end: number, notes: ValueNotes, depth: number): number {
  if (bytes[start] !== openBrace) throw new MalformedJson("object expected", start);
  let at = start + 1;
  for (;;) {
    at = skipSpace(bytes, at, end);
    if (bytes[at] === comma) at = skipSpace(bytes, at + 1, end);
    if (bytes[at] === closeBrace) return at + 1;
    if (bytes[at] !== quote) throw new MalformedJson("key expected", at);
    const keyEnd = skipString(bytes, at, end);
    const valueStart = valueAfterKey(bytes, keyEnd, end);
    const key = keys.find(bytes, at + 1, keyEnd - 1);
    const isContainer = key >= firstContainer && depth < deepest;
    if (isContainer && bytes[valueStart] === openBrace) {
      at = noteMembers(bytes, valueStart, end, notes, depth + 1);
      continue;
    }
    at = skipValue(bytes, valueStart, end);
    if (isContainer) notes.note(notAnObject, noCell, valueStart, at);
    else if (key === -1 || key >= firstContainer) notes.note(any, noCell, valueStart, at);
    else notes.note(kinds[key as Field], key, valueStart, at);
  }
}
