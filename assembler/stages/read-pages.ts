import type { Assembly } from "../assembly";
import type { ShardHead, SpanPage } from "../store";
import type { Turn } from "../turn";

/** Shards read at once: enough to keep a cluster busy, few enough that their pages fit in memory. */
const shardsAtOnce = 4;
/** Spans after which no further page is asked for in a turn. */
const mostSpans = 20_000;

/** Reads on in every shard that has more, the largest backlog first. Fills `pages`. */
export async function readPages(assembly: Assembly, turn: Turn): Promise<void> {
  if (turn.isStopping || assembly.window.size >= assembly.limits.maxOpenSpans + mostSpans) return;
  const { progress, store } = assembly;
  const backlog = (head: ShardHead) => head.checkpoint - progress.readUpTo(head);
  const heads = (await store.source.heads()).filter((head) => backlog(head) > 0);
  const lag = heads.reduce((sum, head) => sum + backlog(head), 0);
  assembly.tally.lagSpans = lag;
  if (heads.length === 0) return;
  await store.source.makeReadable(heads);
  heads.sort((left, right) => backlog(right) - backlog(left));
  let spans = 0;
  const readNext = async (): Promise<void> => {
    for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
      let after = progress.readUpTo(head);
      while (after < head.checkpoint && spans < mostSpans) {
        const page: SpanPage = await store.source.read(head, after);
        spans += page.hits.length;
        turn.pages.push(page);
        after = page.upTo;
      }
      if (after < head.checkpoint) turn.more = true;
    }
  };
  await Promise.all(Array.from({ length: shardsAtOnce }, readNext));
  assembly.tally.spansRead += spans;
  assembly.tally.lagSpans = Math.max(0, lag - spans);
}
