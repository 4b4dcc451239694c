const quote = 0x22;
const backslash = 0x5c;
const quotes = 0x22222222;
const backslashes = 0x5c5c5c5c;
const ones = 0x01010101;
const highBits = 0x80808080;

/** Bytes that can be looked at four at a time, which takes a third of the time of one by one. */
export class ByteView {
  readonly words: DataView;

  constructor(readonly bytes: Buffer) {
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether the bytes from `at` on, before `end`, are those of `other` at [from, to). */
  holds(other: ByteView, from: number, to: number, at: number, end: number): boolean {
    const shift = at - from;
    if (to + shift > end) return false;
    const { words, bytes } = this;
    let next = from;
    for (; next + 4 <= to; next += 4) {
      if (words.getInt32(next + shift, true) !== other.words.getInt32(next, true)) return false;
    }
    for (; next < to; next += 1) if (bytes[next + shift] !== other.bytes[next]) return false;
    return true;
  }

  /** Index after the closing quote of the string whose opening quote is at `at`; -1 when it has no end. */
  stringEnd(at: number, end: number): number {
    const { words, bytes } = this;
    let next = at + 1;
    while (next + 4 <= end) {
      const word = words.getInt32(next, true);
      const noQuote = word ^ quotes;
      const noBackslash = word ^ backslashes;
      // A byte of zero sets its high bit; the lowest bit that is set is right, those above it may be carries.
      const found = (((noQuote - ones) & ~noQuote) | ((noBackslash - ones) & ~noBackslash)) & highBits;
      if (found === 0) {
        next += 4;
        continue;
      }
      next += (31 - Math.clz32(found & -found)) >> 3;
      if (bytes[next] === quote) return next + 1;
      next += 2;
    }
    while (next < end) {
      const byte = bytes[next];
      if (byte === quote) return next + 1;
      next += byte === backslash ? 2 : 1;
    }
    return -1;
  }
}

let latest = new ByteView(Buffer.alloc(0));

/** The view of some bytes, which are mostly those that were looked at last: the page they lie in. */
export function viewOf(bytes: Buffer): ByteView {
  if (latest.bytes !== bytes) latest = new ByteView(bytes);
  return latest;
}
