const leastCapacity = 64 * 1024;
/** Up to here a text is written one character at a time: calling `write` costs as much. */
const shortText = 128;
const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const zero = 0x30;

/**
 * Grows as needed and takes text and raw values alike, so that a bulk body of megabytes is put together without a
 * string of it ever existing.
 */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = leastCapacity) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  text(text: string): this {
    const { length } = text;
    // UTF-8 takes at most three bytes for one UTF-16 unit.
    this.#reserve(length * 3);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let place = 0; place < length; place += 1) {
      const code = text.charCodeAt(place);
      if (code >= 0x80 || length > shortText) {
        this.#length += bytes.write(text, this.#length, "utf8");
        return this;
      }
      bytes[at] = code;
      at += 1;
    }
    this.#length = at;
    return this;
  }

  /** Text as a JSON string. */
  quoted(text: string): this {
    const { length } = text;
    this.#reserve(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = quote;
    for (let place = 0; place < length; place += 1) {
      const code = text.charCodeAt(place);
      if (code < 0x20 || code >= 0x80 || code === quote || code === backslash) return this.text(JSON.stringify(text));
      bytes[at++] = code;
    }
    bytes[at++] = quote;
    this.#length = at;
    return this;
  }

  /** Texts as a JSON array of strings. */
  quotedList(texts: readonly string[]): this {
    this.text("[");
    for (let place = 0; place < texts.length; place += 1) {
      if (place > 0) this.text(",");
      this.quoted(texts[place] as string);
    }
    return this.text("]");
  }

  integer(value: number | bigint): this {
    let rest = Number(value);
    if (!Number.isSafeInteger(rest)) return this.text(String(value));
    this.#reserve(17);
    const bytes = this.#bytes;
    if (rest < 0) {
      bytes[this.#length++] = minus;
      rest = -rest;
    }
    let digits = 1;
    for (let least = 10; least <= rest; least *= 10) digits += 1;
    for (let at = this.#length + digits - 1; at >= this.#length; at -= 1) {
      const tens = Math.floor(rest / 10);
      bytes[at] = rest - tens * 10 + zero;
      rest = tens;
    }
    this.#length += digits;
    return this;
  }

  raw(bytes: Buffer, start: number, end: number): this {
    this.#reserve(end - start);
    // A quarter faster than `copy`.
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length += end - start;
    return this;
  }

  /** What was written since the last `reset`: valid until the next one. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Starts afresh in the same memory: giving megabytes back each time made the collector go over the whole heap. */
  reset(): void {
    this.#length = 0;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
