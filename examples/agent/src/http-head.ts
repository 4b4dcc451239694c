export type MessageKind = "request" | "response";

/** How far the body of a message reaches. */
export type BodyLength = { by: "length"; bytes: number } | { by: "chunks" } | { by: "open-end" };

/** The start line and headers of an HTTP/1 message. */
export type HttpHead =
  | { kind: "request"; method: string; target: string; headers: Map<string, string> }
  | { kind: "response"; status: number; headers: Map<string, string> };

const requestStart = /^([A-Z][A-Z-]{1,24}) (\S+) HTTP\/1\.[01]\r?$/;
const responseStart = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/;
const startOfAny = /^(?:[A-Z][A-Z-]{1,24} [!-~]|HTTP\/1\.[01] \d{3})/;

/** What message starts with these bytes, if one does. */
export function kindOfStart(bytes: Buffer): MessageKind | undefined {
  const start = bytes.toString("latin1", 0, 40);
  if (!startOfAny.test(start)) return undefined;
  return start.startsWith("HTTP/1.") ? "response" : "request";
}

/** Parses the text of a head, up to and without the empty line; a cut head gives what it holds. Undefined if it is not HTTP/1. */
export function parseHead(text: string): HttpHead | undefined {
  const [startLine = "", ...lines] = text.split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const request = requestStart.exec(startLine);
  if (request !== null) return { kind: "request", method: request[1] as string, target: request[2] as string, headers };
  const response = responseStart.exec(startLine);
  return response === null ? undefined : { kind: "response", status: Number(response[1]), headers };
}

/** The body's length by RFC 9112, section 6.3. `requestMethod` is that of the request which a response answers. */
export function bodyLength(head: HttpHead, requestMethod: string | undefined): BodyLength {
  if (head.kind === "response" && hasNoBody(head.status, requestMethod)) return { by: "length", bytes: 0 };
  if (/(^|,)\s*chunked\s*$/i.test(head.headers.get("transfer-encoding") ?? "")) return { by: "chunks" };
  const length = head.headers.get("content-length");
  if (length !== undefined && /^\d+$/.test(length)) return { by: "length", bytes: Number(length) };
  return head.kind === "request" ? { by: "length", bytes: 0 } : { by: "open-end" };
}

function hasNoBody(status: number, requestMethod: string | undefined): boolean {
  return status < 200 || status === 204 || status === 304 || requestMethod === "HEAD";
}
