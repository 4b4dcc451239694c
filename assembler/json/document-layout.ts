import { ByteView } from "./byte-view";
import { skipValue } from "./scan";

const quote = 0x22;
const comma = 0x2c;
const zero = 0x30;
const nine = 0x39;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Longer documents are laid out by their content. */
const longestText = 32 * 1024;
const noText = new ByteView(Buffer.alloc(0));

/** Of a value that is none of the fields looked for. */
export const otherValue = -1;
/** Of a value that is none either, but may hold some where it is an object. */
export const maybeContainer = -2;

/**
 * How the latest document was laid out: the values that were stepped over one by one, and the bytes between them. An
 * agent's documents differ in their values alone, so that comparing those bytes does for most what reading keys would do,
 * at a tenth of the cost.
 */
export class DocumentLayout {
  #text = noText;
  /** Field of each value, or one of the two constants above. */
  readonly #fields: number[] = [];
  /** Where each value stood in `text`; what lies between them is to be the same. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Begins to learn another layout. */
  reset(): void {
    this.#text = noText;
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

  /** What lies at [start, end) is noted whole. */
  complete(bytes: Buffer, start: number, end: number): void {
    if (end - start > longestText) {
      this.reset();
      return;
    }
    // A copy: a part of a page would keep all of it in memory.
    this.#text = new ByteView(Buffer.from(bytes.subarray(start, end)));
    for (let place = 0; place < this.#fields.length; place += 1) {
      this.#starts[place] = (this.#starts[place] as number) - start;
      this.#ends[place] = (this.#ends[place] as number) - start;
    }
  }

  /**
   * Finds the fields of what begins at `start`, if it is laid out the same: fills in their extents and returns the index
   * after it. Returns -1 if it is not; the extents then say nothing.
   */
  find(view: ByteView, start: number, end: number, starts: Int32Array, ends: Int32Array): number {
    const text = this.#text;
    const { length } = text.bytes;
    if (length === 0) return -1;
    const { bytes } = view;
    let at = start;
    let between = 0;
    for (let place = 0; place < this.#fields.length; place += 1) {
      const until = this.#starts[place] as number;
      if (!view.holds(text, between, until, at, end)) return -1;
      at += until - between;
      between = this.#ends[place] as number;
      const field = this.#fields[place] as number;
      const byte = bytes[at] as number;
      if (field === maybeContainer && byte === openBrace) return -1;
      const valueEnd = byte === quote ? view.stringEnd(at, end) : skipPlain(bytes, at, end);
      if (valueEnd <= at) return -1;
      if (field >= 0) {
        starts[field] = at;
        ends[field] = valueEnd;
      }
      at = valueEnd;
    }
    return view.holds(text, between, length, at, end) ? at + length - between : -1;
  }
}

/** As `skipValue`; most values that are no strings are digits. */
function skipPlain(bytes: Buffer, at: number, end: number): number {
  let next = at;
  while (next < end && (bytes[next] as number) >= zero && (bytes[next] as number) <= nine) next += 1;
  return bytes[next] === comma || bytes[next] === closeBrace ? next : skipValue(bytes, at, end);
}
