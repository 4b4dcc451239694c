import type { Minute } from "../trace/minute";

interface Mark {
  /** When it became dirty; milliseconds of the caller's clock, which never goes back. */
  readonly since: number;
  /** When something last touched it. */
  touchedAt: number;
  /** Tells marks of one minute apart: what was counted before the last one may be outdated. */
  stamp: number;
}

/** Proof that a minute was chosen before it was read; good until the minute is marked again. */
export interface Chosen {
  readonly minute: Minute;
  readonly stamp: number;
}

/** More than two months in a row; beyond it everything is counted again, which takes no memory. */
const mostMarks = 100_000;

/**
 * Which minutes have to be counted again. A minute is marked before a trace that touches it is written and stays held
 * until the write is over: while it is held it is not chosen, and what was chosen before does not clear it. So whatever
 * clears a mark was counted from traces that were all stored.
 */
export class DirtyMinutes {
  readonly #marks = new Map<Minute, Mark>();
  readonly #held = new Set<Minute>();
  readonly #most: number;
  #stamp = 0;
  #everythingStamp: number | undefined;
  #heldEverything = false;

  constructor(most = mostMarks) {
    this.#most = most;
  }

  get size(): number {
    return this.#marks.size;
  }

  /** Every stored minute is dirty, besides those marked. */
  get isEverything(): boolean {
    return this.#everythingStamp !== undefined;
  }

  get minutes(): Iterable<Minute> {
    return this.#marks.keys();
  }

  /** When the minute that has been dirty for longest became so. */
  get oldestSince(): number | undefined {
    // Marks are kept in the order in which minutes became dirty.
    for (const { since } of this.#marks.values()) return since;
    return undefined;
  }

  isDirty(minute: Minute): boolean {
    return this.#marks.has(minute);
  }

  mark(minutes: Iterable<Minute>, now: number): void {
    for (const minute of minutes) {
      const known = this.#marks.get(minute);
      this.#stamp += 1;
      if (known !== undefined) {
        known.touchedAt = now;
        known.stamp = this.#stamp;
      } else if (this.#marks.size < this.#most) {
        this.#marks.set(minute, { since: now, touchedAt: now, stamp: this.#stamp });
      } else this.markEverything();
    }
  }

  markEverything(): void {
    this.#stamp += 1;
    this.#everythingStamp = this.#stamp;
  }

  /** Marks minutes that are about to be written to. */
  hold(minutes: readonly Minute[], now: number): void {
    this.mark(minutes, now);
    for (const minute of minutes) {
      if (this.#marks.has(minute)) this.#held.add(minute);
      else this.#heldEverything = true;
    }
  }

  /** The writes are over, however they ended. */
  release(): void {
    this.#held.clear();
    // Minutes that had no room were perhaps looked at before they were written to.
    if (this.#heldEverything) this.markEverything();
    this.#heldEverything = false;
  }

  /**
   * Minutes to count now, in the order in which they became dirty: those that nothing touched for `restMs`, and those
   * that have been dirty for `latestMs`.
   */
  *due(now: number, restMs: number, latestMs: number): Generator<Chosen> {
    for (const [minute, { since, touchedAt, stamp }] of this.#marks) {
      const isDue = now - touchedAt >= restMs || now - since >= latestMs;
      if (isDue && !this.#held.has(minute)) yield { minute, stamp };
    }
  }

  /** The minute is stored as it was counted after it was chosen; `now` is when it was chosen. */
  finish({ minute, stamp }: Chosen, now: number): void {
    const mark = this.#marks.get(minute);
    if (mark === undefined) return;
    this.#marks.delete(minute);
    if (mark.stamp !== stamp) this.#marks.set(minute, { ...mark, since: now });
  }

  /** To be called before all stored minutes are looked at; undefined while some of them may be being written to. */
  chooseEverything(): number | undefined {
    return this.#heldEverything ? undefined : this.#everythingStamp;
  }

  finishEverything(stamp: number): void {
    if (this.#everythingStamp === stamp) this.#everythingStamp = undefined;
  }
}
