import { viewOf } from "../json/byte-view";
import { protocolOf } from "../protocols/protocols";
import { requestHead } from "../protocols/request-head";
import { messageHead } from "./request-headers";
import type { Span } from "./span";
import { type Field, fields, SpanFieldExtents } from "./span-fields";
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

/** The first of both messages, as the JSON strings in the document hold them, without quotes; "" for what it does not hold. */
export function messagesOfSpan({ raw }: Span): { readonly request: string; readonly response: string } {
  extents.find(viewOf(raw.bytes), raw.start, raw.end);
  return { request: messageIn(raw.bytes, fields.request), response: messageIn(raw.bytes, fields.response) };
}

export function traceParentOfSpan(span: Span): TraceParent | undefined {
  return traceParentOf(requestOfSpan(span));
}

const quote = 0x22;

function messageIn(bytes: Buffer, field: Field): string {
  const start = extents.starts[field] as number;
  const end = extents.ends[field] as number;
  return end === 0 || bytes[start] !== quote ? "" : messageHead(bytes, start + 1, end - 1);
}
