import { decodeSpan, isFault } from "../span/decode-span";
import {
  type ShardHead,
  type ShardHeads,
  type ShardId,
  type SpanHit,
  type SpanPage,
  type SpanSource,
  shardKey,
} from "../store";
import type { TimeRange } from "./time-range";

/** More spans start in the range than are to be held at once. */
export class TooManySpans extends Error {}

/**
 * The spans of a time range, out of those that were read before: what lies beyond the cursors comes by itself. What is
 * no span has been rejected already, and is left out.
 */
export class TimeRangeSource implements SpanSource {
  spans = 0;

  /** `readBefore`: by shard, how far it was read. `inner` may leave out documents that certainly start elsewhere. */
  constructor(
    readonly inner: SpanSource,
    readonly readBefore: ReadonlyMap<string, number>,
    readonly range: TimeRange,
    readonly mostSpans: number,
  ) {}

  agentOf(index: string): string {
    return this.inner.agentOf(index);
  }

  async heads(): Promise<ShardHeads> {
    const { heads: all, away } = await this.inner.heads();
    const heads: ShardHead[] = [];
    for (const head of all) {
      const checkpoint = Math.min(head.checkpoint, this.readBefore.get(shardKey(head)) ?? -1);
      if (checkpoint >= 0) heads.push({ ...head, checkpoint });
    }
    return { heads, away };
  }

  makeReadable(heads: readonly ShardHead[]): Promise<void> {
    return this.inner.makeReadable(heads);
  }

  async read(head: ShardHead, after: number): Promise<SpanPage> {
    const page = await this.inner.read(head, after);
    const agent = this.agentOf(head.index);
    const hits = page.hits.filter((hit) => this.#isInRange(hit, agent));
    this.spans += hits.length;
    if (this.spans > this.mostSpans) throw new TooManySpans();
    return { ...page, hits };
  }

  newestEnds(head: ShardHead, count: number): Promise<readonly number[]> {
    return this.inner.newestEnds(head, count);
  }

  ahead(shard: ShardId, after: number, ids: readonly string[]): Promise<string[]> {
    return this.inner.ahead(shard, after, ids);
  }

  #isInRange(hit: SpanHit, agent: string): boolean {
    const span = hit.decoded ?? decodeSpan(hit.source, agent, hit.id);
    return !isFault(span) && span.start >= this.range.from && span.start < this.range.to;
  }
}

/**
 * Elasticsearch' part of it: leaves out what it knows to start elsewhere. A start it has not indexed (another form,
 * another mapping) stays in, for us to look at.
 */
export function startMayBeIn({ from, to }: TimeRange): object {
  const start = (bound: object) => ({ range: { "metric.start_time": bound } });
  return { bool: { must_not: [start({ lt: String(from) }), start({ gte: String(to) })] } };
}
