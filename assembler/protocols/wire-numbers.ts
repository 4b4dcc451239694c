/** The byte at a place of a wire text; -1 when it was lost or lies behind the end. */
export function byteAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code <= 0xff ? code : -1;
}

/** An unsigned number of `size` bytes (at most 4), highest first; -1 when a byte of it is not known. */
export function bigEndian(text: string, at: number, size: number): number {
  let value = 0;
  for (let place = at; place < at + size; place += 1) {
    const byte = byteAt(text, place);
    if (byte === -1) return -1;
    value = value * 256 + byte;
  }
  return value;
}

/** The same, lowest byte first. */
export function littleEndian(text: string, at: number, size: number): number {
  let value = 0;
  for (let place = at + size - 1; place >= at; place -= 1) {
    const byte = byteAt(text, place);
    if (byte === -1) return -1;
    value = value * 256 + byte;
  }
  return value;
}
