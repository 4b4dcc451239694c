import { createHash } from "node:crypto";

const traceDigits = 32;
const spanDigits = 16;

/** A trace id of OpenTelemetry's form: ours if it has that form, else one that follows from it alone. */
export function otlpTraceId(traceId: string): string {
  return isId(traceId, traceDigits) ? traceId : digest(`trace:${traceId}`, traceDigits);
}

/** The same for a span id; "" stays "". */
export function otlpSpanId(spanId: string): string {
  return spanId === "" || isId(spanId, spanDigits) ? spanId : digest(`span:${spanId}`, spanDigits);
}

/** Hexadecimal digits in small letters, so many of them, and not all of them 0. */
export function isId(text: string, digits: number): boolean {
  return text.length === digits && /^[0-9a-f]+$/.test(text) && /[^0]/.test(text);
}

function digest(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
