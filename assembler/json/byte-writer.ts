const leastCapacity = 64 * 1024;

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

  text(text: string): void {
    // UTF-8 takes at most three bytes for one UTF-16 unit.
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, "utf8");
  }

  raw(bytes: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    bytes.copy(this.#bytes, this.#length, start, end);
    this.#length += end - start;
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
