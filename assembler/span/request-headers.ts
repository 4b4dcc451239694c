/** Headers come first in a message; what lies further on is not looked at. */
const longestLooked = 8192;
const endOfHeaders = "\\r\\n\\r\\n";

/** The first of a message, [start, end) being the JSON string that holds it, with its escapes as they are. */
export function messageHead(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, Math.min(end, start + longestLooked));
}

/** Finds the value of one header, its name in any case; "" when the request has none. */
export function headerReader(name: string): (head: string) => string {
  const header = new RegExp(`\\\\n${name}:[ \\t]*([^\\\\"]{1,200})`, "i");
  return (head) => {
    const found = header.exec(head);
    return found === null || isInBody(head, found.index) ? "" : (found[1] ?? "").trim();
  };
}

/** The message without its content. */
export function headersOf(head: string): string {
  const body = head.indexOf(endOfHeaders);
  return body === -1 ? head : head.slice(0, body);
}

function isInBody(head: string, at: number): boolean {
  const body = head.indexOf(endOfHeaders);
  return body !== -1 && body < at;
}
