import { SpanReader } from "../span/decode-span";
import type { ShardHead, ShardHeads, ShardId, SpanPage, SpanSource } from "../store";
import type { ElasticConnection } from "./elastic-connection";
import { ElasticError } from "./elastic-error";
import { agentOfIndex, rejectedIndex } from "./index-names";
import { PageMemory } from "./page-memory";
import { readSearchHits } from "./search-hits";

/** Bytes a page should come to: larger ones gain nothing, and pages stay in memory as long as one of their spans. */
const pageBytes = 8 * 1024 * 1024;
/** Elasticsearch takes request lines up to 4096 bytes. */
const longestNames = 3000;

const idsPerSearch = 2000;

const shardFields = "indices.*.uuid,indices.*.shards.*.routing.primary,indices.*.shards.*.seq_no.global_checkpoint";

interface StatsAnswer {
  readonly _shards: { readonly total: number; readonly successful: number; readonly failures?: { index: string }[] };
  readonly indices?: Record<string, { uuid: string; shards: Record<string, ShardCopy[]> }>;
}

interface HealthAnswer {
  readonly indices?: Record<string, { status: string; number_of_shards: number }>;
}

interface ShardCopy {
  readonly routing: { readonly primary: boolean };
  readonly seq_no?: { readonly global_checkpoint: number };
}

export interface ReadingOptions {
  /** What to read of each document; the whole of it by default. */
  readonly fields?: readonly string[];
  /** A query that documents must match; pages then lack the others. */
  readonly filter?: object;
  /** Decodes the documents, which must be spans, with the answer. */
  readonly decodes?: boolean;
}

/**
 * Reads every span document exactly once, whatever its timestamps: each shard numbers its writes (`_seq_no`), and up to
 * its global checkpoint there is no gap that could still be filled. After a refresh all of that can be searched, so a
 * search over `_seq_no` in (cursor, checkpoint] misses nothing and finds nothing twice.
 */
export class ElasticSpanSource implements SpanSource {
  readonly #connection: ElasticConnection;
  readonly #pattern: string;
  readonly #options: ReadingOptions;
  readonly #mostHits: number;
  /** Hits to ask for, so that a page keeps to its bytes. */
  #hits: number;
  readonly #memory = new PageMemory();

  constructor(connection: ElasticConnection, pattern: string, pageSize: number, options: ReadingOptions = {}) {
    this.#connection = connection;
    this.#pattern = pattern;
    this.#options = options;
    this.#mostHits = pageSize;
    this.#hits = pageSize;
  }

  agentOf(index: string): string {
    return agentOfIndex(index, this.#pattern);
  }

  /** Leaves out indices of which a shard is away: to refresh one takes Elasticsearch a minute, and holds up all others. */
  async heads(): Promise<ShardHeads> {
    const answer = await this.#connection.askJson<StatsAnswer>({
      method: "GET",
      path: `/${encodeURIComponent(this.#pattern)}/_stats/docs`,
      query: {
        level: "shards",
        expand_wildcards: "open",
        filter_path: `_shards.total,_shards.successful,_shards.failures.index,${shardFields}`,
      },
    });
    const away = await this.#indicesAway(answer);
    const heads: ShardHead[] = [];
    for (const [index, { uuid, shards }] of Object.entries(answer.indices ?? {})) {
      if (index === rejectedIndex && this.#pattern !== rejectedIndex) continue;
      if (away.has(index)) continue;
      for (const [shard, copies] of Object.entries(shards)) {
        const checkpoint = checkpointOf(copies);
        if (checkpoint >= 0) heads.push({ index, uuid, shard: Number(shard), checkpoint });
      }
    }
    return { heads, away: [...away].sort() };
  }

  async makeReadable(heads: readonly ShardHead[]): Promise<void> {
    for (const names of namesInLines(new Set(heads.map((head) => head.index)))) {
      const { _shards } = await this.#connection.askJson<{ _shards: { failed: number } }>({
        method: "POST",
        path: `/${names}/_refresh`,
        query: { ignore_unavailable: "true", filter_path: "_shards.failed" },
      });
      // A copy that was not refreshed may answer the next search, and lack documents.
      if (_shards.failed > 0)
        throw new ElasticError("busy", `copies of shards that were not refreshed: ${_shards.failed}`);
    }
  }

  async read(head: ShardHead, after: number): Promise<SpanPage> {
    const { index, uuid, shard } = head;
    const spans = this.#options.decodes === true ? new SpanReader(this.agentOf(index)) : undefined;
    const readHits = (bytes: Buffer) => {
      const body = this.#memory.bodyOf(bytes);
      return { ...readSearchHits(body, spans), body };
    };
    const takeMemory = (length: number) => this.#memory.take(length);
    for (;;) {
      const size = this.#hits;
      try {
        const request = pageRequest(head, after, size, this.#options);
        const answer = await this.#connection.askFor({ ...request, takeMemory }, readHits);
        const { hits, failedShards, timedOut, bytes, body } = answer;
        if (failedShards > 0 || timedOut) {
          throw new ElasticError("busy", `reading ${index} shard ${shard} came to no end`);
        }
        this.#adapt(hits.length, bytes);
        const upTo = hits.length < size ? head.checkpoint : (hits.at(-1)?.seqNo ?? head.checkpoint);
        return { shard: { index, uuid, shard }, after, upTo, hits, body };
      } catch (error) {
        const isTooLarge = error instanceof ElasticError && error.kind === "too_large";
        if (!isTooLarge || size === 1) throw error;
        this.#hits = Math.max(1, Math.floor(size / 8));
      }
    }
  }

  async newestEnds({ index, shard, checkpoint }: ShardHead, count: number): Promise<number[]> {
    const request = {
      method: "POST",
      path: `/${encodeURIComponent(index)}/_search`,
      query: { preference: `_shards:${shard}`, allow_partial_search_results: "false" },
      body: {
        size: count,
        query: { range: { _seq_no: { lte: checkpoint } } },
        sort: [{ _seq_no: "desc" }],
        _source: ["metric.end_time", "end_time"],
        track_total_hits: false,
      },
    } as const;
    const { hits } = await this.#connection.askFor(request, readSearchHits);
    return hits.flatMap(({ source }) => {
      const [, digits] = /"end_time":\s*"?(\d{1,19})\b/.exec(source.toString()) ?? [];
      return digits === undefined ? [] : [Number(digits) / 1e6];
    });
  }

  async ahead({ index, shard }: ShardId, after: number, ids: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (let place = 0; place < ids.length; place += idsPerSearch) {
      const values = ids.slice(place, place + idsPerSearch);
      const request = {
        method: "POST",
        path: `/${encodeURIComponent(index)}/_search`,
        query: { preference: `_shards:${shard}`, allow_partial_search_results: "false" },
        body: {
          size: idsPerSearch,
          query: { bool: { filter: [{ ids: { values } }, { range: { _seq_no: { gt: after } } }] } },
          _source: false,
          track_total_hits: false,
        },
      } as const;
      const { hits } = await this.#connection.askFor(request, readSearchHits);
      for (const { id } of hits) found.push(id);
    }
    return found;
  }

  /** Indices of which no copy of a shard told how far it is. */
  async #indicesAway({ _shards, indices: told = {} }: StatsAnswer): Promise<ReadonlySet<string>> {
    const { total, successful, failures = [] } = _shards;
    const away = new Set(failures.map(({ index }) => index));
    if (successful === total) return away;
    // Mostly only copies are missing, as on a single node.
    const { indices = {} } = await this.#connection.askJson<HealthAnswer>({
      method: "GET",
      path: `/_cluster/health/${encodeURIComponent(this.#pattern)}`,
      query: {
        level: "indices",
        expand_wildcards: "open",
        filter_path: "indices.*.status,indices.*.number_of_shards",
      },
    });
    for (const [index, { status, number_of_shards }] of Object.entries(indices)) {
      // It may have come back after it was asked how far it is.
      const isWhole = Object.keys(told[index]?.shards ?? {}).length === number_of_shards;
      if (status === "red" || !isWhole) away.add(index);
    }
    if (this.#pattern !== rejectedIndex) away.delete(rejectedIndex);
    return away;
  }

  #adapt(hits: number, bytes: number): void {
    if (hits === 0) return;
    const fitting = Math.floor((pageBytes * hits) / bytes);
    // Grows step by step: a few small spans say little about the next ones.
    this.#hits = Math.max(1, Math.min(this.#mostHits, fitting, this.#hits * 4));
  }
}

function pageRequest(head: ShardHead, after: number, size: number, { fields, filter }: ReadingOptions) {
  const range = { range: { _seq_no: { gt: after, lte: head.checkpoint } } };
  return {
    method: "POST" as const,
    path: `/${encodeURIComponent(head.index)}/_search`,
    query: { preference: `_shards:${head.shard}`, allow_partial_search_results: "false" },
    body: {
      size,
      query: filter === undefined ? range : { bool: { filter: [range, filter] } },
      sort: [{ _seq_no: "asc" }],
      version: true,
      track_total_hits: false,
      ...(fields === undefined ? {} : { _source: fields }),
    },
  };
}

/** The primary's checkpoint; a replica's may lag behind, and is only asked where the primary is away. */
function checkpointOf(copies: readonly ShardCopy[]): number {
  const primary = copies.find((copy) => copy.routing.primary);
  return (primary ?? copies[0])?.seq_no?.global_checkpoint ?? -1;
}

function* namesInLines(names: Iterable<string>): Generator<string> {
  let line = "";
  for (const name of names) {
    const encoded = encodeURIComponent(name);
    if (line !== "" && line.length + encoded.length > longestNames) {
      yield line;
      line = "";
    }
    line += line === "" ? encoded : `,${encoded}`;
  }
  if (line !== "") yield line;
}
