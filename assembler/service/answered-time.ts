/**
 * A clock in milliseconds that stands still while Elasticsearch does not answer, and never goes back. Traces come to
 * rest and leave memory by it: spans that could be neither written nor read in the meantime are not late.
 */
export class AnsweredTime {
  readonly #clock: () => number;
  #answeredAt: number;
  #isAway = false;
  #lostMs = 0;
  #latest = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#answeredAt = clock();
  }

  now(): number {
    const reading = (this.#isAway ? this.#answeredAt : this.#clock()) - this.#lostMs;
    this.#latest = Math.max(this.#latest, reading);
    return this.#latest;
  }

  /** Something failed: it stands still since the last answer. */
  failed(): void {
    this.#isAway = true;
  }

  answered(): void {
    const clock = this.#clock();
    if (this.#isAway) this.#lostMs += clock - this.#answeredAt;
    this.#isAway = false;
    this.#answeredAt = clock;
  }
}
