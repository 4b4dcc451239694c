import { eachMember } from "../../json/scan";
import type { Span } from "../../span/span";
import { isInstrumented } from "../../span/span";
import type { Trace, TraceSpan } from "../../trace/trace";
import { TraceClock } from "../../trace/trace-clock";
import { attributesOf } from "../attributes";
import { otlpSpanId, otlpTraceId } from "../otlp-ids";
import type { ExportRequest, OtlpSpan, Resource, Scope, ScopeSpans } from "../otlp-model";
import { assemblyAttributes, spanToOtlp, timesOf } from "./span-to-otlp";

/** One span to send, and who made it. */
export interface ExportItem {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly span: OtlpSpan;
}

/** What a span document keeps of an OpenTelemetry span, as it was received. */
export interface ReceivedOtlp {
  readonly resource?: Resource;
  readonly scope?: Scope;
  readonly span: OtlpSpan;
}

const ownScope: Scope = { name: "deeptrace-assembler" };

/** The spans of a trace as they are sent: those received by OTLP as they were, with their place in the trace. */
export function exportItems(trace: Trace): ExportItem[] {
  const clock = new TraceClock(trace.clockCorrections);
  return trace.spans.map((member) => {
    const received = isInstrumented(member.span) ? receivedOtlp(member.span) : undefined;
    return received === undefined
      ? { resource: observedResource(member.span), scope: ownScope, span: spanToOtlp(member, trace, clock) }
      : receivedItem(received, member, trace, clock);
  });
}

/** One request for all of them; spans of one process stand together. */
export function exportRequest(items: readonly ExportItem[]): ExportRequest {
  const byResource = new Map<string, { resource: Resource; scopes: Map<string, ScopeSpans & { spans: OtlpSpan[] }> }>();
  for (const { resource, scope, span } of items) {
    const resourceKey = JSON.stringify(resource);
    const ofResource = byResource.get(resourceKey) ?? { resource, scopes: new Map() };
    byResource.set(resourceKey, ofResource);
    const scopeKey = JSON.stringify(scope);
    const ofScope = ofResource.scopes.get(scopeKey) ?? { scope, spans: [] };
    ofResource.scopes.set(scopeKey, ofScope);
    ofScope.spans.push(span);
  }
  const resourceSpans = [...byResource.values()].map(({ resource, scopes }) => ({
    resource,
    scopeSpans: [...scopes.values()],
  }));
  return { resourceSpans };
}

function observedResource({ component, agent, tgid }: Span): Resource {
  return {
    attributes: attributesOf({
      "service.name": component || "unknown_service",
      "service.instance.id": `${agent}/${tgid}`,
      "process.pid": tgid || undefined,
      "deeptrace.agent": agent,
    }),
  };
}

function receivedItem(
  { resource = {}, scope = {}, span }: ReceivedOtlp,
  member: TraceSpan,
  trace: Trace,
  clock: TraceClock,
): ExportItem {
  // What another assembler found out is of its trace, not of ours.
  const own = (span.attributes ?? []).filter(({ key }) => !key.startsWith("deeptrace."));
  const placed: OtlpSpan = {
    ...span,
    ...timesOf(member.span, clock),
    traceId: otlpTraceId(trace.traceId),
    parentSpanId: otlpSpanId(member.parentId),
    attributes: [...own, ...assemblyAttributes(member, trace, clock)],
  };
  return { resource, scope, span: placed };
}

function receivedOtlp({ raw }: Span): ReceivedOtlp | undefined {
  let received: ReceivedOtlp | undefined;
  eachMember(raw.bytes, raw.start, raw.end, (key, start, end) => {
    if (key === "otlp") received = JSON.parse(raw.bytes.toString("utf8", start, end));
  });
  return received;
}
