import type { Assembly } from "../assembly";
import { shardsAway } from "../elastic/elastic-error";
import { type ShardHead, shardKey } from "../store";

/** Everything that was indexed when the goal was first asked for; an index that goes away meanwhile no longer counts. */
export class ReadingGoal {
  #heads: readonly ShardHead[] | undefined;

  async isReached({ store, progress }: Assembly): Promise<boolean> {
    const { heads, away } = await store.source.heads();
    if (away.length > 0) throw shardsAway(away);
    this.#heads ??= heads;
    const present = new Set(heads.map(shardKey));
    return this.#heads.every((head) => !present.has(shardKey(head)) || progress.readUpTo(head) >= head.checkpoint);
  }
}
