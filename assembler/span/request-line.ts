const upperA = 0x41;
const upperZ = 0x5a;
const space = 0x20;
const slash = 0x2f;
const backslash = 0x5c;
const hash = 0x23;
const semicolon = 0x3b;
const question = 0x3f;
const leastMethod = 3;
const longestMethod = 16;
const longestPath = 200;

/**
 * Index after method and path of a request `GET /items?q=1 HTTP/1.1`, the quote of the JSON string that holds it being at
 * `start`: they are the endpoint as they stand there. -1 when they cannot be taken so, which need not mean that it is no request.
 */
export function requestLineEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && (bytes[at] as number) >= upperA && (bytes[at] as number) <= upperZ) at += 1;
  const method = at - start - 1;
  if (method < leastMethod || method > longestMethod || bytes[at] !== space || bytes[at + 1] !== slash) return -1;
  const last = Math.min(end, at + 1 + longestPath);
  for (at += 1; at < last; at += 1) {
    const byte = bytes[at] as number;
    if (byte === space || byte === question || byte === hash || byte === semicolon) return at;
    if (byte === backslash || byte < space || byte > 0x7e) return -1;
  }
  return -1;
}
