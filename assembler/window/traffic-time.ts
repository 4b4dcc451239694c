import { firstWallClockMs } from "../span/wall-clock";

/** Of so many spans the median says when they were indexed, whatever single ones claim or however late some came. */
export const sampleSize = 32;

/** By shard: when spans of it ended, by their host's clock; milliseconds. */
export type EndsByShard = ReadonlyMap<string, readonly number[]>;

/**
 * The time up to which everything has been read. As long as reading keeps up, that is when it was last asked what there
 * is. When it is behind, it is the time at which those spans were indexed that are read now, in the shard that is
 * furthest behind. Traces come to rest and leave memory by it, so that neither depends on how fast spans are read.
 *
 * When a span was indexed is told from its end: a shard's newest spans came about now. Hosts that show the time of day
 * share one clock, so that one which has been silent for long is not taken to be up to date.
 *
 * All times are milliseconds; unless said otherwise, of the clock that the caller uses throughout.
 */
export class TrafficTime {
  /** By shard, as long as reading is behind: what to add to the ends of its spans. */
  readonly #offsets = new Map<string, number>();
  /** By shard: about where the spans ended that were read last. */
  readonly #reached = new Map<string, number>();
  #now = Number.NEGATIVE_INFINITY;

  /** Undefined before the first reading. */
  get now(): number | undefined {
    return this.#now === Number.NEGATIVE_INFINITY ? undefined : this.#now;
  }

  /** Whether it was told of the shard's newest spans. */
  knows(shard: string): boolean {
    return this.#offsets.has(shard);
  }

  /** Tells when the newest spans of shards ended; they are taken to have come at `askedAt`. */
  learn(askedAt: number, newest: EndsByShard): void {
    const ends = [...newest].flatMap(([shard, all]) => (all.length === 0 ? [] : [{ shard, end: median(all) }]));
    const newestOfDay = Math.max(...ends.map(({ end }) => end));
    for (const { shard, end } of ends)
      this.#offsets.set(shard, askedAt - (end >= firstWallClockMs ? newestOfDay : end));
  }

  /** The spans of a shard that were read last ended so, by their host's clock. */
  reach(shard: string, ends: readonly number[]): void {
    if (ends.length > 0) this.#reached.set(shard, median(ends));
  }

  /** Everything that was there at `askedAt` has been read, but for what is left in the shards `unread`. */
  advance(askedAt: number, unread: ReadonlySet<string>, recentMs: number): void {
    if (unread.size === 0) this.#offsets.clear();
    let time = askedAt;
    for (const shard of unread) {
      const reached = this.timeOf(shard);
      // What comes that late has missed the others anyway, and nobody waits for it.
      if (reached !== undefined && reached >= this.#now - recentMs) time = Math.min(time, reached);
    }
    this.#now = Math.max(this.#now, time);
  }

  /** When the spans of a shard were indexed that were read last; undefined when that is not known. */
  timeOf(shard: string): number | undefined {
    const reached = this.#reached.get(shard);
    const offset = this.#offsets.get(shard);
    return reached === undefined || offset === undefined ? undefined : reached + offset;
  }

  /** What to add to when a span of a shard ended, by its host's clock, for when it was indexed; undefined when that is not known. */
  offsetOf(shard: string): number | undefined {
    return this.#offsets.get(shard);
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((left, right) => left - right)[numbers.length >> 1] as number;
}

/** End of a span in milliseconds of its host's clock. */
export function endMs({ end }: { readonly end: bigint }): number {
  return Number(end) / 1e6;
}
