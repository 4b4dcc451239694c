import type { Assembly, ReadPages } from "../assembly";
import type { ShardHead, SpanPage } from "../store";
import type { Turn } from "../turn";
import { readingQuota } from "./reading-quota";

/** Shards read at once: enough to keep a cluster busy, few enough that their pages fit in memory. */
const shardsAtOnce = 4;
/** Spans after which no further page is asked for in a turn. */
const mostSpans = 20_000;

/** Takes up what the last turn began to read, or reads on itself. Fills `pages`. */
export async function readPages(assembly: Assembly, turn: Turn): Promise<void> {
  if (turn.isStopping) return;
  const reading = assembly.ahead ?? (mayRead(assembly) ? readOn(assembly) : undefined);
  assembly.ahead = undefined;
  if (reading === undefined) return;
  const { pages, more, lagSpans } = await reading;
  turn.pages.push(...pages);
  turn.more ||= more;
  assembly.tally.spansRead += pages.reduce((sum, page) => sum + page.hits.length, 0);
  assembly.tally.lagSpans = lagSpans;
}

/** Whether the window has room: what is written makes room, and until then nothing is read. */
export function mayRead({ window, limits }: Assembly): boolean {
  return window.size < limits.maxOpenSpans + mostSpans;
}

/** Reads on in every shard that has more, in each its share of what there is; the largest backlog first. */
export async function readOn({ progress, store }: Assembly): Promise<ReadPages> {
  const backlog = (head: ShardHead) => head.checkpoint - progress.readUpTo(head);
  const heads = (await store.source.heads()).filter((head) => backlog(head) > 0);
  const lag = heads.reduce((sum, head) => sum + backlog(head), 0);
  const pages: SpanPage[] = [];
  if (heads.length === 0) return { pages, more: false, lagSpans: 0 };
  await store.source.makeReadable(heads);
  heads.sort((left, right) => backlog(right) - backlog(left));
  let spans = 0;
  let more = false;
  const readNext = async (): Promise<void> => {
    for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
      let after = progress.readUpTo(head);
      const checkpoint = after + readingQuota(backlog(head), lag, mostSpans);
      while (after < checkpoint && spans < mostSpans) {
        const page: SpanPage = await store.source.read({ ...head, checkpoint }, after);
        spans += page.hits.length;
        pages.push(page);
        after = page.upTo;
      }
      more ||= after < head.checkpoint;
    }
  };
  await Promise.all(Array.from({ length: shardsAtOnce }, readNext));
  return { pages, more, lagSpans: Math.max(0, lag - spans) };
}
