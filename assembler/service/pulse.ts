/** Longer than any single wait of a loop that works: a request to Elasticsearch may take a minute. */
const longestSilenceMs = 90_000;

/** Signs of life of the turn loop: each step of it, each answer from Elasticsearch. */
export class Pulse {
  #beatAt: number;

  constructor(readonly now: () => number = () => performance.now()) {
    this.#beatAt = now();
  }

  beat(): void {
    this.#beatAt = this.now();
  }

  /** False once the loop hangs, although the process may still answer on its port. */
  get isAlive(): boolean {
    return this.now() - this.#beatAt < longestSilenceMs;
  }
}
