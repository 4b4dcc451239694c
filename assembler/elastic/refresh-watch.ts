import { type ShardHead, type SpanPage, type SpanSource, shardKey } from "../store";
import type { ElasticConnection } from "./elastic-connection";
import { ElasticError } from "./elastic-error";
import { RefreshProof, searchableUpTo } from "./refresh-proof";

/** The privilege may be granted at any time; until then every other request would be refused. */
export const askAgainMs = 60_000;

/** Of an index that says nothing. */
const defaultIntervalMs = 1000;

interface StatsAnswer {
  readonly indices?: Record<string, { uuid: string; shards: Record<string, ShardCopy[]> }>;
}

interface ShardCopy {
  readonly routing: { readonly node?: string };
  readonly refresh?: { readonly external_total: number };
}

export interface RefreshWatchOptions {
  readonly connection: ElasticConnection;
  /** Indices with spans. */
  readonly pattern: string;
  /** Told when refreshing is refused, with the reason, and when it is allowed again (undefined). */
  readonly changed: (refusal: string | undefined) => void;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

/** What is searchable of the spans, for one who may not refresh their indices (privilege `maintenance`). */
export class RefreshWatch {
  readonly #options: RefreshWatchOptions;
  /** By shard; undefined while refreshing is allowed. */
  #proofs: Map<string, RefreshProof> | undefined;
  #askedAt = 0;

  constructor(options: RefreshWatchOptions) {
    this.#options = options;
  }

  /** Refreshes, or looks how far the indices' own refreshes have come. */
  async makeReadable(source: SpanSource, heads: readonly ShardHead[]): Promise<void> {
    const { now, changed } = this.#options;
    if (this.#proofs === undefined || now() - this.#askedAt >= askAgainMs) {
      try {
        await source.makeReadable(heads);
        if (this.#proofs !== undefined) changed(undefined);
        this.#proofs = undefined;
        return;
      } catch (error) {
        if (!(error instanceof ElasticError) || error.kind !== "denied") throw error;
        if (this.#proofs === undefined) changed(error.message);
        this.#proofs ??= new Map();
        this.#askedAt = now();
      }
    }
    await this.#look(heads, this.#proofs);
  }

  /** Up to where a shard is known to be searchable before it is searched; undefined: all that was made readable is. */
  provenUpTo(head: ShardHead): number | undefined {
    if (this.#proofs === undefined) return undefined;
    const proof = this.#proofs.get(shardKey(head));
    if (proof === undefined) return -1;
    // What one copy gave before, it gives again.
    return Math.max(proof.provenUpTo, proof.copies === 1 ? (head.readBefore ?? -1) : -1);
  }

  async #look(heads: readonly ShardHead[], proofs: Map<string, RefreshProof>): Promise<void> {
    const [counts, intervals] = [await this.#refreshCounts(), await this.#refreshIntervals()];
    const now = this.#options.now();
    for (const head of heads) {
      const key = shardKey(head);
      const found = counts.get(key);
      if (found === undefined) continue;
      const proof = proofs.get(key) ?? new RefreshProof();
      proofs.set(key, proof);
      proof.note(head.checkpoint, found, now, intervals.get(head.index) ?? defaultIntervalMs);
    }
  }

  /** By index, where it has its own. */
  async #refreshIntervals(): Promise<Map<string, number>> {
    type Answer = Record<string, { settings?: { index?: { refresh_interval?: string } } }>;
    const { connection, pattern } = this.#options;
    const answer = await connection.askJson<Answer>({
      method: "GET",
      path: `/${encodeURIComponent(pattern)}/_settings`,
      query: { expand_wildcards: "open", filter_path: "*.settings.index.refresh_interval" },
    });
    return new Map(
      Object.entries(answer).flatMap(([index, { settings }]) => {
        const text = settings?.index?.refresh_interval;
        return text === undefined ? [] : [[index, intervalMs(text)] as const];
      }),
    );
  }

  /** By shard and node; shards of which a copy does not tell are left out. */
  async #refreshCounts(): Promise<Map<string, Map<string, number>>> {
    const { connection, pattern } = this.#options;
    const answer = await connection.askJson<StatsAnswer>({
      method: "GET",
      path: `/${encodeURIComponent(pattern)}/_stats/refresh`,
      query: {
        level: "shards",
        expand_wildcards: "open",
        filter_path: "indices.*.uuid,indices.*.shards.*.routing.node,indices.*.shards.*.refresh.external_total",
      },
    });
    const counts = new Map<string, Map<string, number>>();
    for (const [index, { uuid, shards }] of Object.entries(answer.indices ?? {})) {
      for (const [shard, copies] of Object.entries(shards)) {
        const byNode = new Map<string, number>();
        for (const { routing, refresh } of copies) {
          if (routing.node !== undefined && refresh !== undefined) byNode.set(routing.node, refresh.external_total);
        }
        if (byNode.size === copies.length) counts.set(shardKey({ index, uuid, shard: Number(shard) }), byNode);
      }
    }
    return counts;
  }
}

/** `150ms`, `1s`, `5m` -> milliseconds; `-1` -> Infinity. A form not known here counts as never, too. */
export function intervalMs(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits) * (units[unit] ?? Number.NaN);
}

/** The part of a page that no later refresh can add to; it may be empty. */
export function settledPart(page: SpanPage, proven: number): SpanPage {
  const seqNos = page.hits.map(({ seqNo }) => seqNo);
  const upTo = Math.min(page.upTo, searchableUpTo(page.after, seqNos, proven));
  return upTo === page.upTo ? page : { ...page, upTo, hits: page.hits.filter(({ seqNo }) => seqNo <= upTo) };
}
