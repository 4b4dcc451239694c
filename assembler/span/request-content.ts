import { MalformedJson, skipString, valueAfterKey } from "../json/scan";
import type { Span } from "./span";

const key = Buffer.from('"req_content"');
const quote = 0x22;

/** The request's message as the span document holds it, escapes included; "" when it has none. */
export function requestContent({ raw }: Span): string {
  const at = raw.bytes.indexOf(key, raw.start);
  if (at === -1 || at >= raw.end) return "";
  try {
    const start = valueAfterKey(raw.bytes, at + key.length, raw.end);
    if (raw.bytes[start] !== quote) return "";
    return raw.bytes.toString("latin1", start + 1, skipString(raw.bytes, start, raw.end) - 1);
  } catch (error) {
    if (error instanceof MalformedJson) return "";
    throw error;
  }
}
