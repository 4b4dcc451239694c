import { RawText } from "../../../../assembler/json/raw-text";
import { decodeSpan, isFault } from "../../../../assembler/span/decode-span";
import {
  type CursorStore,
  type Rejection,
  type ShardCursor,
  type ShardHead,
  type ShardHeads,
  type ShardId,
  type SpanHit,
  type SpanPage,
  type SpanSource,
  type StoredTrace,
  shardKey,
  type TraceDelete,
  type TraceStore,
  type TraceVersion,
  type TraceWrite,
  type WriteOutcome,
} from "../../../../assembler/store";
import { readTraceSpans } from "../../../../assembler/trace/trace-document";
import { endMs } from "../../../../assembler/window/traffic-time";
import { type CrashableStore, CrashCounter } from "./crash";
import { inOneBody } from "./page-body";
import type { Arrival } from "./random-traffic";

interface TraceRow {
  readonly id: string;
  readonly version: TraceVersion;
  readonly text: string;
  readonly spanIds: readonly string[];
}

interface MemoryShard {
  readonly id: ShardId;
  readonly documents: Map<string, SpanHit>;
  /** By `_seq_no`: the document, until it moves on. */
  readonly places: (SpanHit | undefined)[];
}

/**
 * Elasticsearch as far as the assembler sees it, in memory: shards with `_seq_no`, documents that move to a new place
 * when they are indexed again, conditional writes. It can be told to crash its user at any operation, before, after or
 * in the middle of it.
 */
export class MemoryStore extends CrashCounter implements CrashableStore, SpanSource, TraceStore {
  readonly source: SpanSource = this;
  readonly traces: TraceStore = this;
  readonly cursors: CursorStore = {
    load: async () => [...this.#cursors],
    commit: async (cursors) => {
      this.operation();
      this.#cursors = cursors;
      this.operation();
    },
  };
  readonly rejected = new Map<string, Rejection>();
  /** By `index/id`: in each day's index there may be one of an id, as far as the store can tell. */
  readonly rows = new Map<string, TraceRow>();
  /** Indices that cannot be read. */
  readonly away = new Set<string>();
  /** Which day's index takes new traces. */
  day = 1;
  readonly #shards = new Map<string, MemoryShard>();
  #cursors: readonly ShardCursor[] = [];
  #lastWrite = 0;

  constructor(
    readonly shardsPerIndex: number,
    readonly pageSize: number,
  ) {
    super();
  }

  readonly indexAll = (arrivals: readonly Arrival[]): void => {
    for (const arrival of arrivals) this.index(arrival);
  };

  /** What an agent does. */
  index({ index, id, text }: Arrival): void {
    const number = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % this.shardsPerIndex;
    const shardId = { index, uuid: `uuid-${index}`, shard: number };
    const key = shardKey(shardId);
    const shard: MemoryShard = this.#shards.get(key) ?? { id: shardId, documents: new Map(), places: [] };
    this.#shards.set(key, shard);
    const { documents, places } = shard;
    const before = documents.get(id);
    if (before !== undefined) places[before.seqNo] = undefined;
    const hit = { id, seqNo: places.length, version: (before?.version ?? 0) + 1, source: RawText.from(text) };
    documents.set(id, hit);
    places.push(hit);
  }

  /** A trace document, whichever day's index it lies in. */
  row(traceId: string): TraceRow | undefined {
    return [...this.rows.values()].find(({ id }) => id === traceId);
  }

  /** Every span document as it is now. */
  *documents(): Generator<{ index: string; hit: SpanHit }> {
    for (const { id, documents } of this.#shards.values()) {
      for (const hit of documents.values()) yield { index: id.index, hit };
    }
  }

  backlog(readUpTo: (shard: ShardId) => number): number {
    let left = 0;
    for (const { id, places } of this.#shards.values()) left += places.length - 1 - readUpTo(id);
    return left;
  }

  agentOf(index: string): string {
    return index.slice("spans_".length);
  }

  async heads(): Promise<ShardHeads> {
    this.operation();
    const there = [...this.#shards.values()].filter(({ id }) => !this.away.has(id.index));
    return { heads: there.map(({ id, places }) => ({ ...id, checkpoint: places.length - 1 })), away: [...this.away] };
  }

  async makeReadable(): Promise<void> {}

  async read(head: ShardHead, after: number): Promise<SpanPage> {
    this.operation();
    const { id, places } = this.#shards.get(shardKey(head)) as MemoryShard;
    const hits: SpanHit[] = [];
    for (let seqNo = after + 1; seqNo <= head.checkpoint && hits.length < this.pageSize; seqNo += 1) {
      const hit = places[seqNo];
      if (hit !== undefined) hits.push(hit);
    }
    const upTo = hits.length === this.pageSize ? (hits.at(-1) as SpanHit).seqNo : head.checkpoint;
    return { shard: id, after, upTo, ...inOneBody(hits) };
  }

  async newestEnds(head: ShardHead, count: number): Promise<number[]> {
    this.operation();
    const { places } = this.#shards.get(shardKey(head)) as MemoryShard;
    const known = places.slice(0, head.checkpoint + 1).flatMap((hit) => hit ?? []);
    return known.slice(-count).flatMap(({ id, source }) => {
      const span = decodeSpan(source, this.agentOf(head.index), id);
      return isFault(span) ? [] : [endMs(span)];
    });
  }

  async ahead(shard: ShardId, after: number, ids: readonly string[]): Promise<string[]> {
    this.operation();
    const { documents } = this.#shards.get(shardKey(shard)) as MemoryShard;
    return ids.filter((id) => (documents.get(id)?.seqNo ?? -1) > after);
  }

  async write(traces: readonly TraceWrite[]): Promise<WriteOutcome[]> {
    this.operation();
    const target = `day ${this.day}`;
    const others = [...this.rows.values()].filter(({ version }) => version.index !== target);
    const taken = new Set(others.map(({ id }) => id));
    this.operation();
    const outcomes = traces.map((trace): WriteOutcome => {
      this.operation();
      const { id, expected } = trace;
      if (expected === undefined && taken.has(id)) return { kind: "conflict" };
      const index = expected?.index ?? target;
      if (this.rows.get(`${index}/${id}`)?.version.seqNo !== expected?.seqNo) return { kind: "conflict" };
      this.#lastWrite += 1;
      const version = { index, seqNo: this.#lastWrite, primaryTerm: 1 };
      const spanIds = readTraceSpans(trace.document).map(({ span }) => span.spanId);
      this.rows.set(`${index}/${id}`, { id, version, text: trace.document.toString(), spanIds });
      return { kind: "written", version };
    });
    this.operation();
    return outcomes;
  }

  async delete(traces: readonly TraceDelete[]): Promise<WriteOutcome[]> {
    return traces.map((trace): WriteOutcome => {
      this.operation();
      const key = `${trace.expected.index}/${trace.id}`;
      const row = this.rows.get(key);
      if (row !== undefined && row.version.seqNo !== trace.expected.seqNo) return { kind: "conflict" };
      this.rows.delete(key);
      return { kind: "written", version: trace.expected };
    });
  }

  async load(ids: readonly string[]): Promise<StoredTrace[]> {
    this.operation();
    const wanted = new Set(ids);
    const rows = [...this.rows.values()].filter(({ id }) => wanted.has(id));
    return rows.map(({ id, version, text }) => ({ id, version, document: RawText.from(text) }));
  }

  async find(spanIds: readonly string[]): Promise<string[]> {
    this.operation();
    const wanted = new Set(spanIds);
    return [...this.rows.values()].filter((row) => row.spanIds.some((id) => wanted.has(id))).map(({ id }) => id);
  }

  async reject(rejections: readonly Rejection[]): Promise<void> {
    this.operation();
    for (const rejection of rejections) {
      this.rejected.set(`${rejection.pointer.index}/${rejection.pointer.id}`, rejection);
    }
    this.operation();
  }
}
