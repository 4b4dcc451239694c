import { endpointTemplate } from "../../correlate/callee";
import { protocolOf } from "../../protocols/protocols";
import type { Span } from "../../span/span";
import type { Trace, TraceSpan } from "../../trace/trace";
import type { TraceClock } from "../../trace/trace-clock";
import { attributesOf } from "../attributes";
import { otlpSpanId, otlpTraceId } from "../otlp-ids";
import type { KeyValue, OtlpSpan, SpanKind, SpanStatus } from "../otlp-model";
import { protocolAttributes } from "./protocol-attributes";

const kinds: Readonly<Record<Span["direction"], SpanKind>> = {
  Internal: 1,
  Ingress: 2,
  Server: 2,
  Egress: 3,
  Client: 3,
};

/**
 * A span of a trace as an OpenTelemetry span. Names follow the semantic conventions; what is ours alone stands
 * under `deeptrace.`: the original ids, and how the parent was found. Messages' contents stay here.
 */
export function spanToOtlp(member: TraceSpan, trace: Trace, clock: TraceClock): OtlpSpan {
  const { span } = member;
  return {
    traceId: otlpTraceId(trace.traceId),
    spanId: otlpSpanId(span.spanId),
    parentSpanId: otlpSpanId(member.parentId),
    name: nameOf(span),
    kind: kinds[span.direction],
    ...timesOf(span, clock),
    attributes: [...observedAttributes(span), ...assemblyAttributes(member, trace, clock)],
    status: statusOf(span),
  };
}

/** Only paths hold what differs from request to request. */
function nameOf({ endpoint, protocol, direction }: Span): string {
  const hasPaths = (protocolOf(protocol)?.kind ?? "http") === "http";
  return (hasPaths ? endpointTemplate(endpoint) : endpoint) || protocol || direction;
}

/** Times on the clock of the trace's root, digits. A correction cannot lead before 1970, where OpenTelemetry has no times. */
export function timesOf(span: Span, clock: TraceClock): Pick<OtlpSpan, "startTimeUnixNano" | "endTimeUnixNano"> {
  const [start, end] = [clock.startOf(span), clock.endOf(span)];
  return { startTimeUnixNano: String(start < 0n ? 0n : start), endTimeUnixNano: String(end < 0n ? 0n : end) };
}

/**
 * What assembling found out about a span, observed or instrumented. Nothing of the trace as a whole: Jaeger takes two
 * sendings of a span for one only if they are equal.
 */
export function assemblyAttributes({ span, link, parentId }: TraceSpan, trace: Trace, clock: TraceClock): KeyValue[] {
  return attributesOf({
    "deeptrace.trace_id": trace.traceId,
    "deeptrace.span_id": span.spanId,
    "deeptrace.parent_id": parentId,
    "deeptrace.agent": span.agent,
    "deeptrace.direction": span.direction,
    "deeptrace.clock_correction_ns": clock.offsetOf(span.agent) || undefined,
    "deeptrace.link.method": link?.method ?? (parentId === "" ? undefined : "given"),
    "deeptrace.link.confidence": link?.confidence,
    "deeptrace.link.runner_up": link?.runnerUp,
    "deeptrace.link.doubtful": link?.doubtful,
  });
}

function observedAttributes(span: Span): KeyValue[] {
  const isServer = span.direction === "Ingress";
  const server = isServer ? { ip: span.srcIp, port: span.srcPort } : { ip: span.dstIp, port: span.dstPort };
  return attributesOf({
    ...protocolAttributes(span),
    "error.type": span.isError ? span.status : undefined,
    "network.protocol.name": span.protocol.toLowerCase(),
    "server.address": server.ip,
    "server.port": server.port || undefined,
    "client.address": isServer ? span.dstIp : undefined,
    "client.port": isServer ? span.dstPort || undefined : undefined,
    "network.local.address": span.srcIp,
    "network.local.port": span.srcPort || undefined,
    "network.peer.address": span.dstIp,
    "network.peer.port": span.dstPort || undefined,
    "http.request.size": span.requestSize || undefined,
    "http.response.size": span.responseSize || undefined,
    "thread.id": span.pid || undefined,
  });
}

/** Success is for the program to claim; that a request failed is seen from outside. */
function statusOf({ isError }: Span): SpanStatus {
  return isError ? { code: 2 } : {};
}
