const backslash = 0x5c;
const letterU = 0x75;

/** Stands for a byte that the agent could not write down: it wrote U+FFFD instead, as UTF-8 does not allow the byte there. */
export const lostByte = 0xfffd;

/** Enough for every head that is read; what lies further on is content. */
const longestHead = 2048;
/** Values of `\b`, `\f`, `\n`, `\r`, `\t`; any other character stands for itself. */
const escapes: Readonly<Record<number, number>> = { 98: 8, 102: 12, 110: 10, 114: 13, 116: 9 };

let codes = new Uint16Array(longestHead + 8);

/**
 * The first `most` bytes of a message as they went over the wire, a character of 0 to 255 for each byte and U+FFFD for
 * one that was lost. [start, end) is the JSON string, quotes included, that holds the message as lossy UTF-8. Total: ends
 * where the text is cut, and never throws.
 */
export function wireText(bytes: Uint8Array, start: number, end: number, most = longestHead): string {
  if (codes.length < most + 8) codes = new Uint16Array(most + 8);
  const last = end - 1;
  let length = 0;
  let at = start + 1;
  while (at < last && length < most) {
    const byte = bytes[at] as number;
    at += 1;
    if (byte === 0xef && bytes[at] === 0xbf && bytes[at + 1] === 0xbd) {
      codes[length++] = lostByte;
      at += 2;
    } else if (byte !== backslash) {
      codes[length++] = byte;
    } else if (bytes[at] !== letterU) {
      const letter = bytes[at] ?? 0;
      codes[length++] = escapes[letter] ?? letter;
      at += 1;
    } else {
      let point = hexadecimal(bytes, at + 1, last);
      if (point === -1) break;
      at += 5;
      if (point >= 0xd800 && point <= 0xdfff) {
        const low = bytes[at] === backslash && bytes[at + 1] === letterU ? hexadecimal(bytes, at + 2, last) : -1;
        const isPair = point < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
        if (isPair) at += 6;
        point = isPair ? 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff) : lostByte;
      }
      length = putPoint(point, length);
    }
  }
  return Buffer.from(codes.buffer, 0, length * 2).toString("utf16le");
}

/** Four hexadecimal digits; -1 when they are none. */
function hexadecimal(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let value = 0;
  for (let digit = at; digit < at + 4; digit += 1) {
    const byte = bytes[digit] as number;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) value = value * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}

/** Puts the bytes that a character has in UTF-8. */
function putPoint(point: number, at: number): number {
  let length = at;
  if (point < 0x80 || point === lostByte) {
    codes[length++] = point;
    return length;
  }
  if (point < 0x800) codes[length++] = 0xc0 | (point >> 6);
  else {
    if (point < 0x10000) codes[length++] = 0xe0 | (point >> 12);
    else {
      codes[length++] = 0xf0 | (point >> 18);
      codes[length++] = 0x80 | ((point >> 12) & 0x3f);
    }
    codes[length++] = 0x80 | ((point >> 6) & 0x3f);
  }
  codes[length++] = 0x80 | (point & 0x3f);
  return length;
}
