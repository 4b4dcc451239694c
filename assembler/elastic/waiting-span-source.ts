import type { ShardHead, ShardHeads, ShardId, SpanPage, SpanSource } from "../store";
import { type RefreshWatch, settledPart } from "./refresh-watch";

/**
 * A source of spans that goes on where it may not refresh their indices: it reads what their own refreshes make
 * searchable, and nothing beyond a gap that one of them may still fill.
 */
export class WaitingSpanSource implements SpanSource {
  readonly #source: SpanSource;
  readonly #watch: RefreshWatch;

  constructor(source: SpanSource, watch: RefreshWatch) {
    this.#source = source;
    this.#watch = watch;
  }

  agentOf(index: string): string {
    return this.#source.agentOf(index);
  }

  heads(): Promise<ShardHeads> {
    return this.#source.heads();
  }

  makeReadable(heads: readonly ShardHead[]): Promise<void> {
    return this.#watch.makeReadable(this.#source, heads);
  }

  newestEnds(head: ShardHead, count: number): Promise<readonly number[]> {
    return this.#source.newestEnds(head, count);
  }

  ahead(shard: ShardId, after: number, ids: readonly string[]): Promise<string[]> {
    return this.#source.ahead(shard, after, ids);
  }

  async read(head: ShardHead, after: number): Promise<SpanPage> {
    // Before the search: what is proven meanwhile need not be in it.
    const proven = this.#watch.provenUpTo(head);
    const page = await this.#source.read(head, after);
    return proven === undefined ? page : settledPart(page, proven);
  }
}
