/** Span starts from `from` up to but not including `to`, in nanoseconds of the hosts' clocks. */
export interface TimeRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Nanoseconds are signed 64 bits wide in Elasticsearch. */
const mostNanoseconds = 2n ** 63n - 1n;

/**
 * A moment in nanoseconds: `2025-01-31T09:00:00Z` (UTC, with up to nine digits of a second) or a whole number of
 * nanoseconds, as spans hold it. Throws Error that names what is allowed.
 */
export function parseMoment(text: string): bigint {
  if (/^\d{1,19}$/.test(text)) {
    const nanoseconds = BigInt(text);
    if (nanoseconds <= mostNanoseconds) return nanoseconds;
  }
  const [, second = "", fraction = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  const milliseconds = second === "" ? Number.NaN : Date.parse(`${second}Z`);
  if (milliseconds >= 0) return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
  throw new Error(
    `${JSON.stringify(text.slice(0, 60))} is no moment: allowed is 2025-01-31T09:00:00Z, with a fraction of up to 9 digits, or nanoseconds as spans hold them`,
  );
}

/** Requests are written so that spans of traces at the edge of a slice come together in one of the two. */
const overlapNs = 60_000_000_000n;
const leastWidthNs = 1_000_000n;

/**
 * A range in slices that each fit into memory, one after another. Each reaches back into the one before by a minute, or
 * by as much as it is wide if that is less.
 */
export class Slices {
  #width: bigint;

  constructor(
    readonly range: TimeRange,
    /** Where the next slice begins, the overlap aside. */
    public next: bigint,
  ) {
    this.#width = range.to - next;
  }

  get isDone(): boolean {
    return this.next >= this.range.to;
  }

  /** What is to be read now. */
  get slice(): TimeRange {
    const overlap = this.#width < overlapNs ? this.#width : overlapNs;
    const from = this.next - overlap;
    const to = this.next + this.#width;
    return { from: from > this.range.from ? from : this.range.from, to: to < this.range.to ? to : this.range.to };
  }

  /** Narrower than this no slice gets, however many spans it has. */
  get isNarrowest(): boolean {
    return this.#width <= leastWidthNs;
  }

  /** The slice had too many spans. */
  narrow(): void {
    this.#width = this.#width / 2n > leastWidthNs ? this.#width / 2n : leastWidthNs;
  }

  /** The slice is done with. */
  advance(): void {
    this.next = this.slice.to;
    this.#width *= 2n;
  }
}
