/** Time that something took. */
export interface Taken {
  readonly seconds: number;
  /** Of all of this process' threads; other processes on the machine lengthen it less than `seconds`. */
  readonly processorSeconds: number;
}

/** Runs from its making. */
export class Stopwatch {
  readonly #started = performance.now();
  readonly #processor = process.cpuUsage();

  read(): Taken {
    const { user, system } = process.cpuUsage(this.#processor);
    return { seconds: (performance.now() - this.#started) / 1000, processorSeconds: (user + system) / 1e6 };
  }
}
