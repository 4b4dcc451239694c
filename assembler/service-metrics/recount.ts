import type { Minute } from "../trace/minute";
import { countMinute, type MinuteCounter } from "./count-minute";
import type { Chosen } from "./dirty-minutes";
import type { MinuteLog } from "./minute-log";

export interface RecountTiming {
  /** A minute is counted when nothing touched it for so long, */
  readonly restMs: number;
  /** and at the latest so long after it became dirty. */
  readonly latestMs: number;
}

/** Called after each page of traces with the milliseconds it took; resolves when counting may go on. */
export type Breather = (spentMs: number) => Promise<void>;

/** Minutes of one pass: what is cleared is stored once a pass, and what was chosen early in it grows old. */
const mostMinutes = 60;

/** Counts dirty minutes, pass after pass; all minutes of which anything is stored if need be. */
export class Recount {
  readonly #counter: MinuteCounter;
  readonly #log: MinuteLog;
  readonly #timing: RecountTiming;
  readonly #now: () => number;
  /** How far the look at all stored minutes came. */
  #everything: { readonly stamp: number; readonly after: Minute } | undefined;

  constructor(counter: MinuteCounter, log: MinuteLog, timing: RecountTiming, now: () => number) {
    this.#counter = counter;
    this.#log = log;
    this.#timing = timing;
    this.#now = now;
  }

  /** How many minutes are to be counted; infinity when all are. */
  get dirtyMinutes(): number {
    const { dirty } = this.#log;
    return dirty.isEverything ? Number.POSITIVE_INFINITY : dirty.size;
  }

  /**
   * Counts what is due, at least one page of it; returns whether anything was. With `isLast` everything dirty is due.
   * What was finished stays finished when it throws: what the store throws, or the signal's reason.
   */
  async pass(signal: AbortSignal, breathe: Breather = async () => {}, isLast = false): Promise<boolean> {
    const startedAt = this.#now();
    const { restMs, latestMs } = isLast ? { restMs: 0, latestMs: 0 } : this.#timing;
    const chosen: Chosen[] = [];
    for (const minute of this.#log.dirty.due(startedAt, restMs, latestMs)) {
      if (chosen.push(minute) >= mostMinutes) break;
    }
    if (chosen.length > 0) await this.#countChosen(chosen, startedAt, signal, breathe);
    else if (!(await this.#countSomeOfAll(signal, breathe))) return false;
    this.#counter.fence();
    await this.#log.commit();
    return true;
  }

  async #countChosen(chosen: readonly Chosen[], chosenAt: number, signal: AbortSignal, breathe: Breather) {
    await this.#counter.store.makeReadable();
    for (const minute of chosen) {
      if (await this.#count(minute.minute, signal, breathe)) this.#log.dirty.finish(minute, chosenAt);
    }
  }

  /** The next page of all stored minutes; false when there is no need. */
  async #countSomeOfAll(signal: AbortSignal, breathe: Breather): Promise<boolean> {
    const { dirty } = this.#log;
    const stamp = dirty.chooseEverything();
    if (stamp === undefined) return false;
    const { store } = this.#counter;
    await store.makeReadable();
    const after = this.#everything?.stamp === stamp ? this.#everything.after : Number.NEGATIVE_INFINITY;
    const minutes = await store.minutesAfter(after);
    for (const minute of minutes) {
      // Those that are marked get their turn by their marks.
      if (dirty.isDirty(minute)) continue;
      if (!(await this.#count(minute, signal, breathe))) dirty.mark([minute], this.#now());
    }
    const last = minutes.at(-1);
    this.#everything = last === undefined ? undefined : { stamp, after: last };
    if (last === undefined) dirty.finishEverything(stamp);
    return true;
  }

  async #count(minute: Minute, signal: AbortSignal, breathe: Breather): Promise<boolean> {
    signal.throwIfAborted();
    let since = this.#now();
    const rest = async () => {
      await breathe(this.#now() - since);
      since = this.#now();
    };
    const isDone = await countMinute(this.#counter, minute, signal, rest);
    await rest();
    return isDone;
  }
}
