import { viewOf } from "../json/byte-view";
import { protocolOf } from "../protocols/protocols";
import { requestHead } from "../protocols/request-head";
import type { Span } from "./span";
import { fields, SpanFieldExtents } from "./span-fields";
import { type TraceParent, traceParentOf } from "./trace-headers";

const extents = new SpanFieldExtents();

/**
 * The first of the request that a span saw, as its document holds it; "" when it holds none. It is read anew from the
 * document: few spans are asked for it, so none has to keep it.
 */
export function requestOfSpan({ raw, protocol }: Span): string {
  extents.find(viewOf(raw.bytes), raw.start, raw.end);
  const start = extents.starts[fields.request] as number;
  return requestHead(protocolOf(protocol), raw.bytes, start, extents.ends[fields.request] as number);
}

export function traceParentOfSpan(span: Span): TraceParent | undefined {
  return traceParentOf(requestOfSpan(span));
}
