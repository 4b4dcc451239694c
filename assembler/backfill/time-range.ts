/** Span starts from `from` up to but not including `to`, in nanoseconds of the hosts' clocks. */
export interface TimeRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** So that the spans of a trace at the edge of a slice come together in one of the two. */
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
