import { messageHead } from "../span/request-headers";
import type { Protocol } from "./protocol";
import { wireText } from "./wire-text";

/**
 * The first of a request, [start, end) being the JSON string that holds it, with its escapes as they are. Headers that
 * are no lines of text become some, so that all are looked for in one way.
 */
export function requestHead(protocol: Protocol | undefined, bytes: Buffer, start: number, end: number): string {
  if (protocol?.headersOf === undefined || end === 0) return messageHead(bytes, start, end);
  const { headers, rest } = protocol.headersOf(wireText(bytes, start, end, protocol.looksAt?.request));
  if (headers.length === 0) return messageHead(bytes, start, end);
  return `${headers.map(([name, value]) => `\\n${name}: ${value}\\r`).join("")}\\r\\n\\r\\n${rest}`;
}
