import type { Timed } from "./auto/stretches";

/** Parts of time, both ends included, that are asked whether they touch another one. */
export class TimeSpans {
  readonly #starts: bigint[] = [];
  readonly #ends: bigint[] = [];

  constructor(items: readonly Timed[]) {
    const sorted = [...items].sort((left, right) => (left.start < right.start ? -1 : Number(left.start > right.start)));
    for (const { start, end } of sorted) {
      const last = this.#ends.length - 1;
      if (last >= 0 && (this.#ends[last] as bigint) >= start) {
        if (end > (this.#ends[last] as bigint)) this.#ends[last] = end;
        continue;
      }
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  touch(from: bigint, to: bigint): boolean {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] as bigint) < from) low = middle + 1;
      else high = middle;
    }
    return low < this.#starts.length && (this.#starts[low] as bigint) <= to;
  }
}
