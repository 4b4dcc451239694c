import { viewOf } from "../json/byte-view";
import { messageHead, type TraceParent, traceParentOf } from "./request-headers";
import type { Span } from "./span";
import { fields, SpanFieldExtents } from "./span-fields";

const extents = new SpanFieldExtents();

/**
 * The first of the request that a span saw, as its document holds it; "" when it holds none. It is read anew from the
 * document: few spans are asked for it, so none has to keep it.
 */
export function requestOfSpan({ raw }: Span): string {
  extents.find(viewOf(raw.bytes), raw.start, raw.end);
  return messageHead(raw.bytes, extents.starts[fields.request] as number, extents.ends[fields.request] as number);
}

export function traceParentOfSpan(span: Span): TraceParent | undefined {
  return traceParentOf(requestOfSpan(span));
}
