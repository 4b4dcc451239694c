import { protocolOf } from "../protocols/protocols";
import { requestHead } from "../protocols/request-head";
import { findSpanFields } from "./find-span-fields";
import { messageHead } from "./request-headers";
import type { Span } from "./span";
import { fields } from "./span-fields";
import { messageOf } from "./span-values";
import { type TraceParent, traceParentOf } from "./trace-headers";

/**
 * The first of the request that a span saw, as its document holds it; "" when it holds none. It is read anew from the
 * document: few spans are asked for it, so none has to keep it.
 */
export function requestOfSpan({ raw, protocol }: Span): string {
  const row = findSpanFields(raw);
  return requestHead(protocolOf(protocol), raw.bytes, row.start(fields.request), row.end(fields.request));
}

/** The first of both messages, as the JSON strings in the document hold them, without quotes; "" for what it does not hold. */
export function messagesOfSpan({ raw }: Span): { readonly request: string; readonly response: string } {
  const row = findSpanFields(raw);
  const message = (field: typeof fields.request | typeof fields.response) => {
    const { start, end } = messageOf(row, field);
    return end === 0 ? "" : messageHead(raw.bytes, start + 1, end - 1);
  };
  return { request: message(fields.request), response: message(fields.response) };
}

export function traceParentOfSpan(span: Span): TraceParent | undefined {
  return traceParentOf(requestOfSpan(span));
}
