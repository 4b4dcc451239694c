/**
 * A clock in milliseconds that stands still at times, and never goes back. Traces come to rest by one that stands still
 * while Elasticsearch does not answer, and leave memory by one that also does while a shard is away: spans that could be
 * neither written nor read in the meantime are not late.
 */
export class HaltingClock {
  readonly #clock: () => number;
  /** When it was last told that all is well. */
  #wellAt: number;
  #isHalted = false;
  #lostMs = 0;
  #latest = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#wellAt = clock();
  }

  now(): number {
    const reading = (this.#isHalted ? this.#wellAt : this.#clock()) - this.#lostMs;
    this.#latest = Math.max(this.#latest, reading);
    return this.#latest;
  }

  /** It stands still, and did so since it was last told to go on. */
  halt(): void {
    this.#isHalted = true;
  }

  goOn(): void {
    const clock = this.#clock();
    if (this.#isHalted) this.#lostMs += clock - this.#wellAt;
    this.#isHalted = false;
    this.#wellAt = clock;
  }
}
