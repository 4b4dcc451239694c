import type { Exchange } from "../../assembler/correlate/algorithm";
import { identifiersOf } from "../../assembler/correlate/identifiers";
import { type KnownCall, type KnownRequest, observedProcess, type Workload } from "./workload";

/** A line of a recording of spans that name their parents. */
interface SpanLine {
  trace_id: string;
  span_id: string;
  parent_id: string | null;
  service: string;
  operation: string;
  kind: "server" | "client" | null;
  /** Nanoseconds; text, because epochs exceed 2^53. */
  start_time: string;
  end_time: string;
  /** That read the request, or wrote it; absent where it was not recorded. */
  thread?: number;
  /** The first of the request, as a JSON string holds it; absent where it was not recorded. */
  request?: string;
}

interface Node {
  readonly line: SpanLine;
  readonly id: string;
  readonly parent: Node | undefined;
}

/**
 * A recording with one span a line, `{trace_id, span_id, parent_id, service, operation, kind, start_time, end_time}`, and
 * `thread` and `request` where they were recorded; the identifiers of a request are seen, its trace and parent are not.
 * A service is taken for one process. A span whose parent is of another service is a request; a client span is a call of
 * its service; where only the callee was recorded, its span with its times is the caller's call. Throws with the line's
 * number on text that is no such line.
 */
export function readSpanFile(text: string, name: string): Workload {
  const lines = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [parseLine(line, index + 1)]));
  const nodes = connect(lines);
  const zero = lines.reduce(
    (least, { start_time }) => (BigInt(start_time) < least ? BigInt(start_time) : least),
    1n << 62n,
  );
  const requests = new Map<string, KnownRequest[]>();
  const calls = new Map<string, KnownCall[]>();
  for (const node of nodes) {
    const { line, parent } = node;
    const trace = line.trace_id;
    if (topOf(node) === node && line.kind !== "client")
      add(requests, line.service, { exchange: exchangeOf(node, line.operation, zero), trace });
    if (parent === undefined || (line.kind !== "client" && parent.line.kind === "client")) continue;
    // Spans inside a service that are no client spans are calls too: to a store that was not recorded itself.
    const request = topOf(parent);
    if (request.line.kind === "client") continue;
    const callee = line.kind === "client" ? line.operation : `${line.service} ${line.operation}`;
    add(calls, parent.line.service, { exchange: exchangeOf(node, callee, zero), trace, requestId: request.id });
  }
  const processes = [...calls].map(([service, made]) => observedProcess(service, requests.get(service) ?? [], made));
  const seconds = lastedSeconds(lines, zero);
  const traces = new Set(lines.map(({ trace_id }) => trace_id)).size;
  return { name, family: name.replace(/-c?[\d.]+$/, ""), load: traces / seconds, spans: lines.length, processes };
}

function parseLine(line: string, number: number): SpanLine {
  try {
    const parsed = JSON.parse(line.replace(/"(start|end)_time"\s*:\s*(\d+)/g, '"$1_time":"$2"')) as SpanLine;
    for (const field of ["trace_id", "span_id", "service", "operation", "start_time", "end_time"] as const)
      if (typeof parsed[field] !== "string") throw new Error(`its ${field} is ${JSON.stringify(parsed[field])}`);
    return parsed;
  } catch (error) {
    throw new Error(`Line ${number} of the recording is not a span: ${(error as Error).message}`);
  }
}

/** Span ids are unique only within a trace. */
function connect(lines: readonly SpanLine[]): Node[] {
  const byId = new Map(lines.map((line) => [`${line.trace_id}/${line.span_id}`, line]));
  const made = new Map<string, Node>();
  const nodeOf = (id: string): Node | undefined => {
    const line = byId.get(id);
    if (line === undefined) return undefined;
    let node = made.get(id);
    if (node === undefined) {
      const parent = line.parent_id === null ? undefined : nodeOf(`${line.trace_id}/${line.parent_id}`);
      node = { line, id, parent };
      made.set(id, node);
    }
    return node;
  };
  return [...byId.keys()].map((id) => nodeOf(id) as Node);
}

/** The topmost span of the same service: the request in whose course this one was recorded. */
function topOf(node: Node): Node {
  let top = node;
  while (top.parent !== undefined && top.parent.line.service === top.line.service) top = top.parent;
  return top;
}

function exchangeOf({ line, id }: Node, key: string, zero: bigint): Exchange {
  return {
    id,
    start: Number(BigInt(line.start_time) - zero),
    end: Number(BigInt(line.end_time) - zero),
    thread: line.thread ?? 0,
    key,
    identifiers: identifiersOf(line.request ?? ""),
  };
}

function lastedSeconds(lines: readonly SpanLine[], zero: bigint): number {
  const last = lines.reduce((most, { start_time }) => Math.max(most, Number(BigInt(start_time) - zero)), 1);
  return last / 1e9;
}

function add<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
