/** Numbers that look random and are the same for the same seed (splitmix32), in the distributions services show. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** Time to the next of events that come independently. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Service times: most near the median, some far above. */
  lognormal(median: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(sigma * normal);
  }

  /** Eight hexadecimal digits, four times. */
  identifier(): string {
    return Array.from({ length: 4 }, () => this.below(0x100000000).toString(16).padStart(8, "0")).join("-");
  }
}
