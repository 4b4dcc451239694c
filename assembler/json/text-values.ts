const backslash = 0x5c;

/** Text of the JSON string at bytes [start, end), quotes included, with its escapes undone. */
export function readText(bytes: Buffer, start: number, end: number): string {
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = bytes[at] as number;
    if (byte === backslash || byte >= 0x80 || byte < 0x20) return readEscaped(bytes, start, end);
  }
  return bytes.toString("latin1", start + 1, end - 1);
}

function readEscaped(bytes: Buffer, start: number, end: number): string {
  // Elasticsearch takes bare control characters inside strings, JSON.parse does not.
  let text = "";
  for (const character of bytes.toString("utf8", start, end)) {
    const code = character.charCodeAt(0);
    text += code < 0x20 ? `\\u${code.toString(16).padStart(4, "0")}` : character;
  }
  return JSON.parse(text);
}

const long = new DataView(new ArrayBuffer(8));
const billion = 1_000_000_000;

/** Exact integer of the digits at [start, end), at most 19; -1n when there is anything but digits, or none. */
export function readLong(bytes: Uint8Array, start: number, end: number): bigint {
  if (end <= start || end - start > 19) return -1n;
  const split = Math.max(start, end - 9);
  const high = split === start ? 0 : readDigits(bytes, start, split);
  const low = readDigits(bytes, split, end);
  if (high === -1 || low === -1) return -1n;
  // high * 10^9 + low in two halves of 32 bits, by products that stay below 2^53: making a bigint of text costs ten times as much.
  const upper = Math.floor(high / 65536) * billion;
  const lower = (upper % 65536) * 65536 + (high % 65536) * billion + low;
  long.setUint32(0, Math.floor(upper / 65536) + Math.floor(lower / 4294967296));
  long.setUint32(4, lower % 4294967296);
  return long.getBigUint64(0);
}

/** Non-negative integer of the digits at [start, end), exact up to 15 digits; -1 when there is anything but digits. */
export function readDigits(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
