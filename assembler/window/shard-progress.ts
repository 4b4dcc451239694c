import type { TextBody } from "../json/text-body";
import { type ShardCursor, type ShardId, type SpanPage, shardKey } from "../store";

/** The part of a shard that one page covered; while spans of it are held, the shard's cursor stays before it. */
export interface PageHold {
  readonly shard: ShardId;
  /** The cursor that has all of the page's documents still ahead. */
  readonly after: number;
  /** Documents of the page. */
  readonly size: number;
  held: number;
  /** The spans that are still held have their own copies of their text. */
  isDetached: boolean;
  /** What the page's texts lie in. */
  readonly body: TextBody | undefined;
}

/** How far one shard was read and how far it is done with. */
class ShardProgress {
  readonly #holds: PageHold[] = [];

  constructor(
    readonly shard: ShardId,
    public read: number,
  ) {}

  open(page: SpanPage): PageHold {
    const { after, hits, body } = page;
    const hold = { shard: this.shard, after, size: hits.length, held: 0, isDetached: false, body };
    this.#holds.push(hold);
    this.read = page.upTo;
    return hold;
  }

  cursor(): ShardCursor {
    const done = this.#holds.findIndex((hold) => hold.held > 0);
    this.#holds.splice(0, done === -1 ? this.#holds.length : done);
    return { ...this.shard, committed: this.#holds[0]?.after ?? this.read, read: this.read };
  }
}

/**
 * Cursors of all shards. The committed one lies before every span that is still in the window, so that a restart reads
 * all of those again.
 */
export class Progress {
  readonly #shards = new Map<string, ShardProgress>();
  /** Cursors of shards that were not seen since the start: their index may come back (closed, its node away). */
  readonly #unseen = new Map<string, ShardCursor>();

  constructor(cursors: readonly ShardCursor[]) {
    for (const cursor of cursors) this.#unseen.set(shardKey(cursor), cursor);
  }

  /** Where to read on in a shard. */
  readUpTo(shard: ShardId): number {
    return this.#of(shard).read;
  }

  /** Takes a page as read; every span of it that is kept has to be counted in `held`. */
  open(page: SpanPage): PageHold {
    return this.#of(page.shard).open(page);
  }

  cursors(): ShardCursor[] {
    return [...this.#unseen.values(), ...[...this.#shards.values()].map((progress) => progress.cursor())];
  }

  #of(shard: ShardId): ShardProgress {
    const key = shardKey(shard);
    const known = this.#shards.get(key);
    if (known !== undefined) return known;
    const made = new ShardProgress(shard, this.#unseen.get(key)?.committed ?? -1);
    this.#unseen.delete(key);
    this.#shards.set(key, made);
    return made;
  }
}
