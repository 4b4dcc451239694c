/** Where the other side of a request stands, as its `traceparent` header says (W3C Trace Context). */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The caller's span: 16 hexadecimal digits. */
  readonly parentId: string;
}

/** Headers come first in a message; what lies further on is not looked at. */
const longestLooked = 8192;
/** Services write `traceparent`, Go's HTTP library `Traceparent`. */
const tail = "raceparent";
const traceParent = /\\n[Tt]raceparent:[ \t]*(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;
const noTraceId = "0".repeat(32);
const noSpanId = "0".repeat(16);
const endOfHeaders = "\\r\\n\\r\\n";

/** The first of a message, [start, end) being the JSON string that holds it, with its escapes as they are. */
export function messageHead(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, Math.min(end, start + longestLooked));
}

/** The `traceparent` of a request; undefined when it has none that is valid. Most have none: that costs one search. */
export function traceParentOf(head: string): TraceParent | undefined {
  if (!head.includes(tail)) return undefined;
  const found = traceParent.exec(head);
  if (found === null || isInBody(head, found.index)) return undefined;
  const [, traceId = noTraceId, parentId = noSpanId] = found;
  return traceId === noTraceId || parentId === noSpanId ? undefined : { traceId, parentId };
}

/** Finds the value of one header, its name in any case; "" when the request has none. */
export function headerReader(name: string): (head: string) => string {
  const header = new RegExp(`\\\\n${name}:[ \\t]*([^\\\\"]{1,200})`, "i");
  return (head) => {
    const found = header.exec(head);
    return found === null || isInBody(head, found.index) ? "" : (found[1] ?? "").trim();
  };
}

function isInBody(head: string, at: number): boolean {
  const body = head.indexOf(endOfHeaders);
  return body !== -1 && body < at;
}
