import { bySpanTime, type Span } from "../span/span";
import type { Minute } from "../trace/minute";
import { spanMinutes } from "../trace/span-minutes";
import type { TraceSpan } from "../trace/trace";
import { addressOf } from "../trace/trace-warnings";
import { endpointTemplate } from "./endpoint-template";
import { nameOf } from "./name";
import { serviceOf, unknown } from "./service-of";

/** A request as the service that was asked saw it. */
export interface ServedRequest {
  readonly service: string;
  readonly endpoint: string;
  /** Nanoseconds. */
  readonly duration: bigint;
  readonly isError: boolean;
}

/** A request as the service that asked saw it. */
export interface Call {
  readonly caller: string;
  /** A service's name, or `ip:port` where the other side was not traced. */
  readonly callee: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** Nanoseconds, as the caller waited. */
  readonly duration: bigint;
  /** The same as the callee saw it; undefined where it was not traced. */
  readonly served: bigint | undefined;
  readonly isError: boolean;
}

export interface Contributions {
  readonly requests: readonly ServedRequest[];
  readonly calls: readonly Call[];
}

/**
 * What a trace adds to one minute: a request for each Ingress span, a call for each Egress span, each in the minute
 * of that span. The order of `spans` does not matter.
 */
export function contributionsTo(minute: Minute, spans: readonly TraceSpan[]): Contributions {
  const requests: ServedRequest[] = [];
  const calls: Call[] = [];
  const servedBy = calleesOf(spans);
  const minutes = spanMinutes(spans);
  for (const [place, { span }] of spans.entries()) {
    if (minutes[place] !== minute) continue;
    if (span.direction === "Egress") calls.push(callOf(span, servedBy.get(span.spanId)));
    else {
      requests.push({
        service: serviceOf(span),
        endpoint: endpointOf(span),
        duration: span.end - span.start,
        isError: span.isError,
      });
    }
  }
  return { requests, calls };
}

/** By span id of a call: what its other side saw. */
function calleesOf(spans: readonly TraceSpan[]): Map<string, Span> {
  const callees = new Map<string, Span>();
  for (const { span, parentId } of spans) {
    if (span.direction !== "Ingress" || parentId === "") continue;
    const other = callees.get(parentId);
    if (other === undefined || bySpanTime(span, other) < 0) callees.set(parentId, span);
  }
  return callees;
}

function callOf(span: Span, callee: Span | undefined): Call {
  return {
    caller: serviceOf(span),
    callee: callee === undefined ? addressOfCallee(span) : serviceOf(callee),
    protocol: nameOf(span.protocol),
    endpoint: endpointOf(span),
    duration: span.end - span.start,
    served: callee === undefined ? undefined : callee.end - callee.start,
    isError: span.isError,
  };
}

function endpointOf(span: Span): string {
  return endpointTemplate(span.endpoint) || nameOf(span.protocol) || unknown;
}

function addressOfCallee({ dstIp, dstPort }: Span): string {
  return dstIp === "" ? unknown : nameOf(addressOf(dstIp, dstPort));
}
