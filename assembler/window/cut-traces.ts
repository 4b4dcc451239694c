import type { Groups } from "./groups";

/** Trace ids of which spans were left out, as too many carry them; and whether a stored trace says so. */
export class CutTraces {
  readonly #isStored = new Map<string, boolean>();

  has(traceId: string): boolean {
    return this.#isStored.has(traceId);
  }

  isStored(traceId: string): boolean {
    return this.#isStored.get(traceId) ?? true;
  }

  /** Returns whether it is new. */
  add(traceId: string, isStored = false): boolean {
    if (this.#isStored.has(traceId)) return false;
    this.#isStored.set(traceId, isStored);
    return true;
  }

  /** A stored trace says it again when it comes back. */
  forget(traceId: string): void {
    if (this.#isStored.size > 0) this.#isStored.delete(traceId);
  }

  /** Notes which of their traces are stored by now. */
  noteSettled(groups: Groups): void {
    for (const [traceId, isStored] of this.#isStored) {
      const group = groups.ofTraceId(traceId);
      if (!isStored && (group === undefined || groups.settled.has(group))) this.#isStored.set(traceId, true);
    }
  }
}
