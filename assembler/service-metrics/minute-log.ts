import type { Minute } from "../trace/minute";
import { DirtyMinutes } from "./dirty-minutes";
import type { MetricsStore } from "./metrics-store";
import { minutesIn, toRanges } from "./minute-ranges";

/** More would be a large document to write each time another minute becomes dirty. */
const mostRanges = 5000;

/**
 * Dirty minutes that survive a crash: a minute is in the store before a trace that touches it is written, and leaves it
 * after its metrics are stored.
 */
export class MinuteLog {
  readonly dirty = new DirtyMinutes();
  readonly #store: MetricsStore;
  /** Milliseconds; the clock by which minutes come to rest. */
  readonly #now: () => number;
  /** What the store certainly holds, whichever of its writes arrived. */
  #stored = new Set<Minute>();
  #storedEverything = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(store: MetricsStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Goes on where the last tenure stopped. Where nothing was ever noted, everything is dirty. */
  static async open(store: MetricsStore, now: () => number): Promise<MinuteLog> {
    const log = new MinuteLog(store, now);
    const dirt = await store.loadDirt();
    if (dirt === undefined || dirt.everything) log.dirty.markEverything();
    log.#storedEverything = dirt?.everything ?? false;
    log.#stored = new Set(minutesIn(dirt?.minutes ?? []));
    log.dirty.mark(log.#stored, now());
    return log;
  }

  /** To be called before traces of these minutes are written, replaced or deleted; `release` has to follow. */
  async announce(minutes: readonly Minute[]): Promise<void> {
    this.dirty.release();
    this.dirty.hold(minutes, this.#now());
    const isStored = (minute: Minute) => this.#stored.has(minute);
    if (!this.#storedEverything && !minutes.every(isStored)) await this.commit();
  }

  /** The writes that were announced are over, however they ended. */
  release(): void {
    this.dirty.release();
  }

  /** Stores what is dirty now. One write at a time: each is on condition of the one before. */
  commit(): Promise<void> {
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => {});
    return written;
  }

  async #write(): Promise<void> {
    const minutes = new Set(this.dirty.minutes);
    const ranges = toRanges(minutes);
    if (ranges.length > mostRanges) this.dirty.markEverything();
    const everything = this.dirty.isEverything;
    // Until the answer comes, and for good when none does, it is either what was stored or what is now sent.
    for (const minute of this.#stored) if (!minutes.has(minute)) this.#stored.delete(minute);
    this.#storedEverything &&= everything;
    await this.#store.commitDirt({ everything, minutes: ranges.length > mostRanges ? [] : ranges });
    this.#stored = ranges.length > mostRanges ? new Set() : minutes;
    this.#storedEverything = everything;
  }
}
