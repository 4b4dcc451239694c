/** A string argument as strace printed it. */
export interface PrintedString {
  bytes: Buffer;
  /** Index of the character after the closing quote (and after `...`, if the string was cut). */
  end: number;
}

const namedEscapes: Record<string, number> = { n: 10, t: 9, r: 13, v: 11, f: 12 };

/**
 * Decodes the C-style string whose opening quote is at `start`. strace prints every byte that is not printable ASCII
 * as a named escape or in octal, without leading zeros unless a digit follows. Returns undefined if it has no end.
 */
export function readPrintedString(text: string, start: number): PrintedString | undefined {
  let end = start + 1;
  let escaped = false;
  for (; ; end++) {
    const code = text.charCodeAt(end);
    if (Number.isNaN(code)) return undefined;
    if (code === 34) break;
    if (code === 92) {
      escaped = true;
      end++;
    }
  }
  const body = text.slice(start + 1, end);
  const bytes = escaped ? decodeEscapes(body) : Buffer.from(body, "latin1");
  return { bytes, end: text.startsWith("...", end + 1) ? end + 4 : end + 1 };
}

function decodeEscapes(body: string): Buffer {
  const bytes = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at);
    if (code !== 92) {
      bytes[length++] = code;
      continue;
    }
    const next = body[++at] as string;
    if (next >= "0" && next <= "7") {
      let value = 0;
      const limit = at + 3;
      while (at < limit && isOctal(body.charCodeAt(at))) value = value * 8 + (body.charCodeAt(at++) - 48);
      at--;
      bytes[length++] = value & 0xff;
    } else {
      bytes[length++] = namedEscapes[next] ?? next.charCodeAt(0);
    }
  }
  return Buffer.from(bytes.subarray(0, length));
}

function isOctal(code: number): boolean {
  return code >= 48 && code <= 55;
}
