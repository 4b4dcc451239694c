/** How often each copy of a shard was refreshed, by the node that holds it. */
export type RefreshCounts = ReadonlyMap<string, number>;

interface Look {
  readonly checkpoint: number;
  readonly counts: RefreshCounts;
}

/** A refresh may have begun before a look and end after it; the next one begins after that. */
const refreshesNeeded = 2;
/** Of the time between two looks, as much counts: a server that does not answer does not refresh either. */
const longestGapMs = 5000;

/**
 * Up to where a shard's writes are certain to be searchable, though nobody here may refresh it: up to a checkpoint after
 * which every copy was refreshed anew, or after which none was for so long that none has anything to refresh. Pure.
 */
export class RefreshProof {
  #look: Look | undefined;
  #proven = -1;
  /** Begin of the time since when no copy was refreshed. */
  #quiet: Look | undefined;
  #quietMs = 0;
  #lookedAt = 0;

  /** All writes up to it can be found by a search, whichever copy answers. */
  get provenUpTo(): number {
    return this.#proven;
  }

  /** How many copies of the shard there are. */
  get copies(): number {
    return this.#look?.counts.size ?? 0;
  }

  /**
   * Takes a look: the global checkpoint, and counts that were read after it, at `now` milliseconds. The index refreshes
   * itself whenever there is something new within `intervalMs`, much longer than that at most; Infinity: it does not.
   */
  note(checkpoint: number, counts: RefreshCounts, now: number, intervalMs: number): void {
    const look = this.#look;
    if (look === undefined || !isSameCopies(look.counts, counts)) {
      this.#look = { checkpoint, counts };
    } else if ([...counts].every(([copy, count]) => count >= (look.counts.get(copy) ?? 0) + refreshesNeeded)) {
      this.#prove(look.checkpoint);
      this.#look = { checkpoint, counts };
    }
    this.#noteQuiet({ checkpoint, counts }, now, intervalMs);
  }

  #noteQuiet(look: Look, now: number, intervalMs: number): void {
    const quiet = this.#quiet;
    const isQuiet = quiet?.counts.size === look.counts.size && isSame(quiet.counts, look.counts);
    if (isQuiet) this.#quietMs += Math.min(now - this.#lookedAt, longestGapMs);
    this.#lookedAt = now;
    const isOver = isQuiet && this.#quietMs >= quietNeededMs(intervalMs);
    if (isOver) this.#prove(quiet.checkpoint);
    if (isQuiet && !isOver) return;
    this.#quiet = look;
    this.#quietMs = 0;
  }

  #prove(checkpoint: number): void {
    this.#proven = Math.max(this.#proven, checkpoint);
  }
}

/** After so long without a refresh there is nothing to refresh. */
function quietNeededMs(intervalMs: number): number {
  return Math.max(30_000, intervalMs * 10);
}

function isSame(before: RefreshCounts, now: RefreshCounts): boolean {
  return [...now].every(([copy, count]) => count === before.get(copy));
}

/** Whether the same copies are there and none was made anew, which begins to count at zero. */
function isSameCopies(before: RefreshCounts, now: RefreshCounts): boolean {
  return before.size === now.size && [...now].every(([copy, count]) => count >= (before.get(copy) ?? Infinity));
}

/**
 * End of what can be taken of a shard: of numbers that ascend from `after` on without a gap, or what is proven. A gap is a
 * write that another one replaced, or one that is not searchable yet.
 */
export function searchableUpTo(after: number, seqNos: readonly number[], proven: number): number {
  let end = Math.max(after, proven);
  for (const seqNo of seqNos) {
    if (seqNo > end + 1) break;
    end = Math.max(end, seqNo);
  }
  return end;
}
