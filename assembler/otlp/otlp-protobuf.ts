import type { ExportRequest, ExportResponse } from "./otlp-model";
import { otlpSchema } from "./otlp-schema";

const request = otlpSchema.lookupType("ExportRequest");
const response = otlpSchema.lookupType("ExportResponse");
const fault = otlpSchema.lookupType("Fault");

/** Fields that hold bytes; JSON has ids in hexadecimal digits, where protobuf's own JSON form has base 64. */
const idFields = ["traceId", "spanId", "parentSpanId"];
/** 64-bit numbers as digits, bytes in base 64, numbers that are none as words. */
const asJson = { longs: String, bytes: String, json: true } as const;

export function encodeRequest(value: ExportRequest): Buffer {
  return Buffer.from(request.encode(request.fromObject(withIds(value, hexToBase64))).finish());
}

/** The request in its JSON form. Throws when the bytes are none. */
export function decodeRequest(bytes: Buffer): unknown {
  return withIds(request.toObject(request.decode(bytes), asJson), base64ToHex);
}

export function encodeResponse(value: ExportResponse): Buffer {
  return Buffer.from(response.encode(response.fromObject(value)).finish());
}

/** Throws when the bytes are no response. */
export function decodeResponse(bytes: Buffer): ExportResponse {
  return response.toObject(response.decode(bytes), asJson) as ExportResponse;
}

/** The body of an answer that is no success; `code` is one of gRPC's. */
export function encodeFault(code: number, message: string): Buffer {
  return Buffer.from(fault.encode(fault.fromObject({ code, message })).finish());
}

interface Spans {
  readonly resourceSpans?: readonly { readonly scopeSpans?: readonly { readonly spans?: readonly object[] }[] }[];
}

/** A copy with each id of each span and link in the other form. */
function withIds(value: Spans, change: (id: string) => string): { [key: string]: unknown } {
  const ids = (holder: object): object => {
    const changed = idFields.flatMap((field) => {
      const id = Reflect.get(holder, field);
      return typeof id === "string" ? [[field, change(id)]] : [];
    });
    return { ...holder, ...Object.fromEntries(changed) };
  };
  const spanWithIds = (span: object): object => {
    const links = Reflect.get(span, "links");
    return Array.isArray(links) ? { ...ids(span), links: links.map(ids) } : ids(span);
  };
  return {
    resourceSpans: (value.resourceSpans ?? []).map((ofResource) => ({
      ...ofResource,
      scopeSpans: (ofResource.scopeSpans ?? []).map((ofScope) => ({
        ...ofScope,
        spans: (ofScope.spans ?? []).map(spanWithIds),
      })),
    })),
  };
}

function hexToBase64(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}

function base64ToHex(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}
