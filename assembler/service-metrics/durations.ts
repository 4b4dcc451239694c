import { bucketOf, type DurationHistogram, nearestRank } from "./duration-histogram";

/** Durations in nanoseconds, exact; 0 where there are none. */
export interface DurationSummary {
  readonly count: number;
  readonly errors: number;
  /** Rounded down to the nanosecond. */
  readonly average: bigint;
  readonly p50: bigint;
  readonly p95: bigint;
  readonly p99: bigint;
  readonly longest: bigint;
  readonly histogram: DurationHistogram;
}

/** All durations of one thing in one minute, eight bytes each, and how many of them failed. */
export class Durations {
  #values = new BigInt64Array(8);
  #count = 0;
  #errors = 0;

  get count(): number {
    return this.#count;
  }

  add(duration: bigint, isError: boolean): void {
    this.#reserve(1);
    this.#values[this.#count] = duration;
    this.#count += 1;
    if (isError) this.#errors += 1;
  }

  addAll(other: Durations): void {
    this.#reserve(other.#count);
    this.#values.set(other.#values.subarray(0, other.#count), this.#count);
    this.#count += other.#count;
    this.#errors += other.#errors;
  }

  /** The same for any order in which they were added. */
  summary(): DurationSummary {
    const sorted = this.#values.slice(0, this.#count).sort();
    const percentile = (percent: number) => sorted[nearestRank(sorted.length, percent) - 1] ?? 0n;
    const histogram: DurationHistogram = new Map();
    let sum = 0n;
    for (const value of sorted) {
      sum += value;
      const bucket = bucketOf(value);
      histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
    }
    return {
      count: this.#count,
      errors: this.#errors,
      average: this.#count === 0 ? 0n : sum / BigInt(this.#count),
      p50: percentile(50),
      p95: percentile(95),
      p99: percentile(99),
      longest: sorted.at(-1) ?? 0n,
      histogram,
    };
  }

  #reserve(more: number): void {
    const needed = this.#count + more;
    if (needed <= this.#values.length) return;
    const grown = new BigInt64Array(Math.max(needed, this.#values.length * 2));
    grown.set(this.#values.subarray(0, this.#count));
    this.#values = grown;
  }
}
