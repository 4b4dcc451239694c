import { TextBody } from "./text-body";

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;

/**
 * A JSON value as it came: bytes [start, end) of the response body that held it. Nothing is re-serialised, so digits
 * beyond 2^53 and fields we know nothing of survive. The whole body stays in memory as long as one of its values does,
 * unless that is detached; a value of a body that is released is gone. Only `detach` and `moveTo` change where it lies.
 */
export class RawText {
  constructor(
    public body: TextBody,
    public start: number,
    public end: number,
    /** Known to have no newline: most bodies as a whole have none. */
    readonly isOneLine = false,
  ) {}

  /** All of what a buffer holds. */
  static of(bytes: Buffer, isOneLine = false): RawText {
    return new RawText(new TextBody(bytes), 0, bytes.length, isOneLine);
  }

  static from(text: string): RawText {
    return RawText.of(Buffer.from(text));
  }

  /** Those of the whole body. */
  get bytes(): Buffer {
    return this.body.bytes;
  }

  get length(): number {
    return this.end - this.start;
  }

  equals(other: RawText): boolean {
    return (
      this.length === other.length &&
      this.bytes.compare(other.bytes, other.start, other.end, this.start, this.end) === 0
    );
  }

  /**
   * The same value on one line, as a bulk body demands. Elasticsearch keeps a document exactly as it was sent, also
   * when it was pretty-printed; it even takes a bare newline inside a string, which is escaped here.
   */
  onOneLine(): RawText {
    if (this.isOneLine || !this.bytes.subarray(this.start, this.end).includes(newline)) return this;
    const out: number[] = [];
    let insideString = false;
    for (let at = this.start; at < this.end; at += 1) {
      const byte = this.bytes[at] ?? 0;
      if (byte === newline) {
        if (insideString) out.push(backslash, 0x6e);
        else out.push(0x20);
        continue;
      }
      out.push(byte);
      if (!insideString) insideString = byte === quote;
      else if (byte === backslash) {
        at += 1;
        if (at < this.end) out.push(this.bytes[at] ?? 0);
      } else if (byte === quote) insideString = false;
    }
    return RawText.of(Buffer.from(out), true);
  }

  /** Moves the value out of the body that held it, so that the body can go. */
  detach(): void {
    const { length } = this;
    const bytes = Buffer.allocUnsafeSlow(length);
    this.bytes.copy(bytes, 0, this.start, this.end);
    this.body = new TextBody(bytes);
    this.start = 0;
    this.end = length;
  }

  /** Lies where an equal one does from now on. */
  moveTo({ body, start, end }: RawText): void {
    this.body = body;
    this.start = start;
    this.end = end;
  }

  toString(): string {
    return this.bytes.toString("utf8", this.start, this.end);
  }
}
