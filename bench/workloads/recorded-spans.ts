import { calleeOf, endpointTemplate } from "../../assembler/correlate/callee";
import { withoutIdHeaders } from "../../assembler/correlate/without-id-headers";
import { headerReader } from "../../assembler/span/request-headers";
import { requestOfSpan } from "../../assembler/span/request-of-span";
import { bySpanTime, type Span } from "../../assembler/span/span";

interface KnownSpan {
  readonly span: Span;
  /** The first of its request, as its document holds it. */
  readonly request: string;
  readonly requestId: string;
}

const requestIdOf = headerReader("x-request-id");

/**
 * Spans as lines of a recording (`readSpanFile`) in the order of time, with thread and request. The truth is the header
 * `X-Request-Id`: an Egress serves the Ingress of its process that carries the same id, an Ingress is the other side of
 * the Egress with the same id on the same connection. Spans without it are left out; from the requests it is taken out
 * with all other headers that were made to identify requests. Throws where that truth is ambiguous.
 */
export function recordedSpans(spans: readonly Span[]): string {
  const known = [...spans].sort(bySpanTime).flatMap((span): KnownSpan[] => {
    const request = requestOfSpan(span);
    const requestId = requestIdOf(request);
    return requestId === "" ? [] : [{ span, request, requestId }];
  });
  const parents = new Map<string, KnownSpan[]>();
  for (const parent of known) {
    const place = placeAsParent(parent);
    parents.set(place, [...(parents.get(place) ?? []), parent]);
  }
  const lines = known.map((child) => JSON.stringify(lineOf(child, onlyOne(parents.get(placeOfParent(child)), child))));
  return `${lines.join("\n")}\n`;
}

/** Equal to the place that its children look for. */
function placeAsParent({ span, requestId }: KnownSpan): string {
  if (span.direction === "Ingress") return `${span.agent}/${span.tgid} ${requestId}`;
  return `${span.srcIp}:${span.srcPort} ${span.dstIp}:${span.dstPort} ${requestId}`;
}

function placeOfParent({ span, requestId }: KnownSpan): string {
  if (span.direction === "Egress") return `${span.agent}/${span.tgid} ${requestId}`;
  return `${span.dstIp}:${span.dstPort} ${span.srcIp}:${span.srcPort} ${requestId}`;
}

function onlyOne(found: readonly KnownSpan[] = [], { span, requestId }: KnownSpan): string | null {
  if (found.length > 1)
    throw new Error(`${span.component}: span ${span.spanId} has ${found.length} possible parents with ${requestId}`);
  return found[0]?.span.spanId ?? null;
}

function lineOf({ span, request, requestId }: KnownSpan, parent: string | null): object {
  const isCall = span.direction === "Egress";
  return {
    trace_id: requestId,
    span_id: span.spanId,
    parent_id: parent,
    service: span.component,
    operation: isCall ? calleeOf(span) : endpointTemplate(span.endpoint),
    kind: isCall ? "client" : "server",
    start_time: String(span.start),
    end_time: String(span.end),
    thread: span.pid,
    request: withoutIdHeaders(request),
  };
}
