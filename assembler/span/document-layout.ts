import { skipValue } from "../json/scan";

const openBrace = 0x7b;

/** Longer documents are laid out by their content. */
const longestText = 32 * 1024;

/** Of a value that is none of the fields looked for. */
export const otherValue = -1;
/** Of a value that is none either, but may hold some where it is an object. */
export const maybeContainer = -2;

/**
 * How the latest document was laid out: the values that were stepped over one by one, and the bytes between them. An
 * agent's documents differ in their values alone, so that comparing those bytes does for most what reading keys would do,
 * at a quarter of the cost.
 */
export class DocumentLayout {
  #text = new Uint8Array(0);
  /** Field of each value, or one of the two constants above. */
  readonly #fields: number[] = [];
  /** Where each value stood in `text`; what lies between them is to be the same. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Begins to learn another layout. */
  reset(): void {
    this.#text = new Uint8Array(0);
    this.#fields.length = 0;
    this.#starts.length = 0;
    this.#ends.length = 0;
  }

  /** Takes note of the next value; places are those in the whole of the bytes. */
  note(field: number, start: number, end: number): void {
    this.#fields.push(field);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  /** The document at [start, end) is noted whole. */
  complete(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > longestText) {
      this.reset();
      return;
    }
    // A copy: a part of a page would keep all of it in memory.
    this.#text = new Uint8Array(bytes.subarray(start, end));
    for (let place = 0; place < this.#fields.length; place += 1) {
      this.#starts[place] = (this.#starts[place] as number) - start;
      this.#ends[place] = (this.#ends[place] as number) - start;
    }
  }

  /**
   * Finds the fields of the document that begins at `start`, if it is laid out the same: fills in their extents and
   * returns the index after it. Returns -1 if it is not; the extents then say nothing.
   */
  find(bytes: Uint8Array, start: number, end: number, starts: Int32Array, ends: Int32Array): number {
    const text = this.#text;
    if (text.length === 0) return -1;
    let at = start;
    let between = 0;
    for (let place = 0; place < this.#fields.length; place += 1) {
      const until = this.#starts[place] as number;
      for (; between < until; between += 1, at += 1) if (bytes[at] !== text[between]) return -1;
      const field = this.#fields[place] as number;
      if (field === maybeContainer && bytes[at] === openBrace) return -1;
      const valueEnd = skipValue(bytes, at, end);
      if (valueEnd === at) return -1;
      if (field >= 0) {
        starts[field] = at;
        ends[field] = valueEnd;
      }
      at = valueEnd;
      between = this.#ends[place] as number;
    }
    for (; between < text.length; between += 1, at += 1) if (bytes[at] !== text[between]) return -1;
    return at <= end ? at : -1;
  }
}
