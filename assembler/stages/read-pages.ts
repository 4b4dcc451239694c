import type { Assembly, Look, ReadPages } from "../assembly";
import { type ShardHead, type SpanPage, shardKey } from "../store";
import type { Turn } from "../turn";
import { turnSpansOf } from "../window/grouping-limits";
import { type EndsByShard, sampleSize } from "../window/traffic-time";
import { readingQuota } from "./reading-quota";

/** Shards read at once: enough to keep a cluster busy, few enough that their pages fit in memory. */
const shardsAtOnce = 4;
/** Of the time that written traces stay in memory: so much may one shard be read ahead of another. */
const aheadShare = 1 / 8;
/** While that much is left of what was seen to be there, it is read before anybody looks for more: so long at most. */
const longestLookMs = 1000;

/** Takes up what the last turn began to read, or reads on itself. Fills `pages`. */
export async function readPages(assembly: Assembly, turn: Turn): Promise<void> {
  if (turn.isStopping) return;
  const reading = assembly.ahead ?? (mayRead(assembly) ? readOn(assembly) : undefined);
  assembly.ahead = undefined;
  if (reading === undefined) return;
  const read = await reading;
  const { pages, unread, lagSpans } = read;
  turn.read = read;
  turn.pages.push(...pages);
  turn.more ||= unread.size > 0 && pages.length > 0;
  assembly.tally.spansRead += pages.reduce((sum, page) => sum + page.hits.length, 0);
  assembly.tally.lagSpans = lagSpans;
}

/** Whether the window has room: what is written makes room, and until then nothing is read. */
export function mayRead({ window, limits }: Assembly): boolean {
  return window.size < limits.maxOpenSpans + turnSpansOf(limits);
}

/** Reads on in every shard that has more, in each its share of what there is; the largest backlog first. */
export async function readOn(assembly: Assembly): Promise<ReadPages> {
  const { progress, store, limits } = assembly;
  const mostSpans = turnSpansOf(limits);
  const backlog = (head: ShardHead) => head.checkpoint - progress.readUpTo(head);
  const look = await lookForSpans(assembly);
  const { askedAt } = look;
  const behind = look.heads.filter((head) => backlog(head) > 0);
  if (behind.length === 0) return { pages: [], askedAt, unread: new Set(), newest: new Map(), lagSpans: 0 };
  const heads = inStep(assembly, behind);
  const lag = heads.reduce((sum, head) => sum + backlog(head), 0);
  const pages: SpanPage[] = [];
  heads.sort((left, right) => backlog(right) - backlog(left));
  let spans = 0;
  const upTo = new Map<ShardHead, number>();
  /** What is left there is not readable yet: it has still to come, as far as anybody can tell. */
  const waiting = new Set<ShardHead>();
  const readNext = async (): Promise<void> => {
    for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
      let after = progress.readUpTo(head);
      const checkpoint = after + readingQuota(backlog(head), lag, mostSpans);
      while (after < checkpoint && spans < mostSpans) {
        const page: SpanPage = await store.source.read({ ...head, checkpoint }, after);
        if (page.upTo === after) {
          waiting.add(head);
          break;
        }
        spans += page.hits.length;
        pages.push(page);
        after = page.upTo;
      }
      upTo.set(head, after);
    }
  };
  await Promise.all(Array.from({ length: shardsAtOnce }, readNext));
  const isLeft = (head: ShardHead) =>
    !waiting.has(head) && (upTo.get(head) ?? progress.readUpTo(head)) < head.checkpoint;
  const left = behind.filter(isLeft);
  const lagSpans = behind.reduce((sum, head) => sum + backlog(head), 0) - spans;
  const unread = new Set(left.map(shardKey));
  const newest = await newestOf(assembly, left.length > 0 ? behind : []);
  assembly.look = look;
  return { pages, askedAt, unread, newest, lagSpans: Math.max(0, lagSpans) };
}

/**
 * What is readable: as it was at the last look while enough of that is left, so that the search for it can go out at once.
 * Whoever takes the look puts it back when what it named could be read.
 */
async function lookForSpans(assembly: Assembly): Promise<Look> {
  const { progress, store, now, look, limits } = assembly;
  assembly.look = undefined;
  const left = look?.heads.reduce((sum, head) => sum + head.checkpoint - progress.readUpTo(head), 0) ?? 0;
  if (look !== undefined && left >= turnSpansOf(limits) && now() - look.askedAt < longestLookMs) return look;
  const askedAt = now();
  const { heads: all, away } = await store.source.heads();
  noteAway(assembly, away);
  const heads = all.filter((head) => head.checkpoint > progress.readUpTo(head));
  if (heads.length > 0) await store.source.makeReadable(heads);
  return { askedAt, heads };
}

/** Spans of a shard that is away come later, and so do those that whoever writes them holds back until then. */
function noteAway({ memoryTime, notice }: Assembly, away: readonly string[]): void {
  if (away.length === 0) {
    memoryTime.goOn();
    return;
  }
  memoryTime.halt();
  notice("shards of spans are away; until they are back, no trace leaves memory for its age", { indices: away });
}

/** Without the shards of which spans would be read long before those of others that came at the same time. */
function inStep({ traffic, limits }: Assembly, heads: readonly ShardHead[]): ShardHead[] {
  const times = heads.map((head) => traffic.timeOf(shardKey(head)));
  const latest = Math.min(...times.flatMap((time) => time ?? [])) + limits.recentMs * aheadShare;
  return heads.filter((_, place) => (times[place] ?? latest) <= latest);
}

/** When the newest spans ended, of shards of which that is not known. */
export async function newestOf({ traffic, store }: Assembly, heads: readonly ShardHead[]): Promise<EndsByShard> {
  const unknown = heads.filter((head) => !traffic.knows(shardKey(head)));
  const ask = async (head: ShardHead) => [shardKey(head), await store.source.newestEnds(head, sampleSize)] as const;
  return new Map(await Promise.all(unknown.map(ask)));
}
