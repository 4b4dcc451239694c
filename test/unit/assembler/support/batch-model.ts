import { correlateAll } from "../../../../assembler/correlate/correlator";
import { agentOfIndex } from "../../../../assembler/elastic/index-names";
import { ByteWriter } from "../../../../assembler/json/byte-writer";
import { decodeSpan, isFault } from "../../../../assembler/span/decode-span";
import type { Span } from "../../../../assembler/span/span";
import type { SpanHit } from "../../../../assembler/store";
import { assembleTrace } from "../../../../assembler/trace/assemble-trace";
import type { TraceSpan } from "../../../../assembler/trace/trace";
import { writeTraceDocument } from "../../../../assembler/trace/trace-document";

export interface BatchResult {
  /** Text of each trace document by its id. */
  readonly traces: Map<string, string>;
  /** `index/id` of each document that is no span. */
  readonly rejected: Set<string>;
}

/** All traces of all span documents, worked out at once and plainly: what the assembler must end at. */
export function assembleBatch(
  documents: Iterable<{ index: string; hit: SpanHit }>,
  maxTraceSpans = Number.POSITIVE_INFINITY,
): BatchResult {
  const rejected = new Set<string>();
  const spans = new Map<string, Span>();
  for (const { index, hit } of documents) {
    const span = decodeSpan(hit.source, agentOfIndex(index, "spans_*"), hit.id);
    if (isFault(span)) {
      rejected.add(`${index}/${hit.id}`);
      continue;
    }
    const other = spans.get(span.spanId);
    if (other === undefined || isBefore(span, other)) spans.set(span.spanId, span);
  }
  const listening = [...spans.values()];
  const cut = cutTraces(spans, maxTraceSpans, rejected);
  const members = linkAll([...spans.values()]);
  const listeners = new Set(listening.filter(isIngress).map((span) => `${span.srcIp}:${span.srcPort}`));
  const traces = new Map<string, string>();
  for (const group of groupsOf(members)) {
    const trace = assembleTrace(
      group,
      (ip, port) => listeners.has(`${ip}:${port}`),
      (id) => cut.has(id),
    );
    const writer = new ByteWriter();
    writeTraceDocument(writer, trace);
    traces.set(trace.traceId, writer.written().toString());
  }
  return { traces, rejected };
}

/** Takes out the spans that are too many with one trace id; returns those ids. */
function cutTraces(spans: Map<string, Span>, most: number, rejected: Set<string>): Set<string> {
  const cut = new Set<string>();
  const kept = new Map<string, number>();
  for (const id of [...spans.keys()].sort()) {
    const span = spans.get(id) as Span;
    const count = (kept.get(span.traceId) ?? 0) + 1;
    kept.set(span.traceId, count);
    if (span.traceId === "" || count <= most) continue;
    cut.add(span.traceId);
    spans.delete(id);
    rejected.add(`span ${id}`);
  }
  return cut;
}

function isBefore(left: Span, right: Span): boolean {
  return left.agent === right.agent ? left.documentId < right.documentId : left.agent < right.agent;
}

function isIngress(span: Span): boolean {
  return span.direction === "Ingress";
}

function linkAll(spans: readonly Span[]): TraceSpan[] {
  const links = correlateAll(spans);
  return spans.map((span) => {
    const link = links.get(span);
    return { span, parentId: link?.parentId ?? span.parentId, link };
  });
}

/** Everything reachable over equal keys, by flooding. */
function groupsOf(members: readonly TraceSpan[]): TraceSpan[][] {
  const byKey = new Map<string, TraceSpan[]>();
  const keysOf = ({ span, parentId }: TraceSpan) => [
    `span ${span.spanId}`,
    ...(parentId === "" ? [] : [`span ${parentId}`]),
    ...(span.traceId === "" ? [] : [`trace ${span.traceId}`]),
  ];
  for (const member of members) {
    for (const key of keysOf(member)) byKey.set(key, [...(byKey.get(key) ?? []), member]);
  }
  const seen = new Set<TraceSpan>();
  const groups: TraceSpan[][] = [];
  for (const first of members) {
    if (seen.has(first)) continue;
    const group: TraceSpan[] = [];
    const pending = [first];
    for (let member = pending.pop(); member !== undefined; member = pending.pop()) {
      if (seen.has(member)) continue;
      seen.add(member);
      group.push(member);
      for (const key of keysOf(member)) pending.push(...(byKey.get(key) ?? []));
    }
    groups.push(group);
  }
  return groups;
}
