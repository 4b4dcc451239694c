import { Random } from "../workloads/simulation/random";

/** A span document in order of arrival: its `_id` and its text, about 700 bytes. */
export interface SpanDocument {
  readonly id: string;
  readonly text: string;
}

/** Spans of every trace; see `calls`. */
export const spansPerTrace = 10;
/** The traffic's own rate. Arrivals are shuffled within 5 s of it. */
const spansPerSecond = 5000;
const shuffledMs = 5000;
const traceMs = (1000 * spansPerTrace) / spansPerSecond;
const epoch = 1_700_000_000_123_456_789n;
const threads = 64;

interface Side {
  /** Place of the service that saw it. */
  readonly service: number;
  /** Place of its parent in the trace; -1 = none. */
  readonly parent: number;
  readonly direction: "Ingress" | "Egress";
  /** The other side: a service, or a client or database that is not traced. */
  readonly peer: number;
  /** From the start of the trace, in ms. */
  readonly start: number;
  readonly end: number;
}

/** Frontend, which asks a, which asks b; then c, which asks d; then a database that is not traced. */
const sides: readonly Side[] = [
  { service: 0, parent: -1, direction: "Ingress", peer: 9, start: 0, end: 40 },
  { service: 0, parent: 0, direction: "Egress", peer: 1, start: 2, end: 14 },
  { service: 1, parent: 1, direction: "Ingress", peer: 0, start: 3, end: 13 },
  { service: 1, parent: 2, direction: "Egress", peer: 2, start: 5, end: 11 },
  { service: 2, parent: 3, direction: "Ingress", peer: 1, start: 6, end: 10 },
  { service: 0, parent: 0, direction: "Egress", peer: 3, start: 16, end: 30 },
  { service: 3, parent: 5, direction: "Ingress", peer: 0, start: 17, end: 29 },
  { service: 3, parent: 6, direction: "Egress", peer: 4, start: 19, end: 27 },
  { service: 4, parent: 7, direction: "Ingress", peer: 3, start: 20, end: 26 },
  { service: 0, parent: 0, direction: "Egress", peer: 8, start: 32, end: 38 },
];

/**
 * Traces of ten spans, five thousand spans a second, each span up to 5 s late: the same for the same arguments. With
 * ids, as instrumented or header-reading agents send them, or without, so that all parents have to be found.
 */
export function* spanStream(traces: number, withIds: boolean, name = ""): Generator<SpanDocument> {
  const random = new Random(7);
  const slotMs = 10;
  const slots: SpanDocument[][] = Array.from({ length: shuffledMs / slotMs + 10 }, () => []);
  let emitted = 0;
  for (let trace = 0; trace < traces; trace += 1) {
    const at = trace * traceMs;
    for (; (emitted + 1) * slotMs <= at; emitted += 1) yield* drain(slots, emitted);
    for (let place = 0; place < sides.length; place += 1) {
      const arrives = Math.floor((at + random.next() * shuffledMs) / slotMs);
      slots[arrives % slots.length]?.push(spanDocument(trace, place, withIds, name));
    }
  }
  for (let rest = 0; rest < slots.length; rest += 1) yield* drain(slots, emitted + rest);
}

function* drain(slots: SpanDocument[][], slot: number): Generator<SpanDocument> {
  const place = slot % slots.length;
  yield* slots[place] as SpanDocument[];
  slots[place] = [];
}

function spanDocument(trace: number, place: number, withIds: boolean, name: string): SpanDocument {
  const side = sides[place] as Side;
  const id = spanId(trace, place, name);
  const start = epoch + BigInt(Math.round(trace * traceMs * 1e6)) + BigInt(side.start * 1_000_000);
  const end = start + BigInt((side.end - side.start) * 1_000_000);
  const traceId = withIds ? hex(trace, name, 32) : "";
  const parentId = withIds && side.parent >= 0 ? spanId(trace, side.parent, name) : "";
  const isServer = side.direction === "Ingress";
  const server = isServer ? side.service : side.peer;
  const client = isServer ? side.peer : side.service;
  const thread = trace % threads;
  const clientEnd = [`10.0.0.${client + 1}`, 20_000 + server * 1000 + thread] as const;
  const serverEnd = [`10.0.0.${server + 1}`, 8080] as const;
  const [own, other] = isServer ? [serverEnd, clientEnd] : [clientEnd, serverEnd];
  const path = `/api/v1/service-${server}/items/${trace % 1000}`;
  const text =
    `{"context":{"trace_id":"${traceId}","span_id":"${id}","parent_id":"${parentId}"},` +
    `"tag":{"docker_tag":{"container_name":"service-${side.service}"},"ebpf_tag":{"tgid":${1000 + side.service},` +
    `"pid":${10_000 + side.service * 100 + thread},"protocol":"HTTP1","component":"service-${side.service}",` +
    `"direction":"${side.direction}","src_ip":"${own[0]}","dst_ip":"${other[0]}","src_port":${own[1]},` +
    `"dst_port":${other[1]},"endpoint":"GET ${path}"}},` +
    `"metric":{"start_time":${start},"end_time":${end},"duration":${end - start},"req_size":84,"resp_size":172},` +
    `"content":{"req_content":"GET ${path} HTTP/1.1\\r\\nHost: service-${server}\\r\\n\\r\\n",` +
    `"resp_content":"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n\\r\\n` +
    `{\\"item\\":${trace % 1000},\\"stock\\":17}"}}`;
  return { id, text };
}

function spanId(trace: number, place: number, name: string): string {
  return hex(trace * spansPerTrace + place, name, 16);
}

/** Hexadecimal digits that differ throughout, as random ids do. */
function hex(number: number, name: string, length: number): string {
  let digits = "";
  let value = number + name.length * 0x1000_0000;
  while (digits.length < length) {
    value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
    value = Math.imul(value ^ (value >>> 12), 0x297a2d39) + number;
    digits += (value >>> 0).toString(16).padStart(8, "0");
  }
  return digits.slice(0, length);
}
