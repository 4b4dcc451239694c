import { crc32 } from "node:zlib";

const whole = 2 ** 32;

/** A part of all texts, chosen by their hash: it lets much be counted in parts that fit in memory. */
export class HashRange {
  private constructor(
    readonly from: number,
    readonly width: number,
  ) {}

  static readonly all = new HashRange(0, whole);

  has(text: string): boolean {
    const place = crc32(text) - this.from;
    return place >= 0 && place < this.width;
  }

  firstHalf(): HashRange {
    return new HashRange(this.from, this.width / 2);
  }

  /** The part that follows, of the same width as far as there is so much; undefined at the end. */
  next(): HashRange | undefined {
    const from = this.from + this.width;
    return from >= whole ? undefined : new HashRange(from, Math.min(this.width, whole - from));
  }
}
