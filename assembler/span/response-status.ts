import type { Direction } from "./span";

const prefix = Buffer.from("HTTP/");
/** `HTTP/1.1 200`: where the code stands. */
const codeOffset = 9;
const space = 0x20;
const one = 0x31;
const five = 0x35;

/** Status code at the start of an HTTP/1 response ("200"), "" when the bytes at `start` are anything else. */
export function responseStatus(bytes: Buffer, start: number): string {
  for (let at = 0; at < prefix.length; at += 1) if (bytes[start + at] !== prefix[at]) return "";
  const code = start + codeOffset;
  const first = bytes[code] ?? 0;
  if (bytes[code - 1] !== space || first < one || first > five) return "";
  return codes.get(first * 10000 + (bytes[code + 1] ?? 0) * 100 + (bytes[code + 2] ?? 0)) ?? "";
}

/** One string per code, found by its three bytes. */
const codes = new Map<number, string>();
for (let code = 100; code < 600; code += 1) {
  const digits = String(code);
  codes.set(digits.charCodeAt(0) * 10000 + digits.charCodeAt(1) * 100 + digits.charCodeAt(2), digits);
}

/** A server failed from 500 on; a client that got 400 or more did not get what it asked for. */
export function isErrorStatus(status: string, direction: Direction): boolean {
  return status >= (direction === "Ingress" || direction === "Server" ? "500" : "400");
}
