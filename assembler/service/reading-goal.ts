import type { Assembly } from "../assembly";
import { type ShardHead, shardKey } from "../store";

/** Everything that was indexed when the goal was first asked for; an index that goes away meanwhile no longer counts. */
export class ReadingGoal {
  #heads: readonly ShardHead[] | undefined;

  async isReached({ store, progress }: Assembly): Promise<boolean> {
    const heads = await store.source.heads();
    this.#heads ??= heads;
    const present = new Set(heads.map(shardKey));
    return this.#heads.every((head) => !present.has(shardKey(head)) || progress.readUpTo(head) >= head.checkpoint);
  }
}
