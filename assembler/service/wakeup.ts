/** Waits that end early when something happens. */
export class Wakeup {
  #waiters = new Set<() => void>();

  /** Ends all waits. */
  wake(): void {
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const end of waiters) end();
  }

  /** Resolves after `ms`, or sooner when woken or when `signal` aborts; never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        this.#waiters.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
      this.#waiters.add(end);
    });
  }
}
