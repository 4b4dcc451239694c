import type { Assembly } from "./assembly";
import { ElasticError, shardsAway } from "./elastic/elastic-error";
import { findKnownTraces, isReadAmong, type KnownTrace, spansById } from "./known-traces";
import type { Span } from "./span/span";
import { isSameDocument, supersedes } from "./span/supersedes";
import { admitPages, noteKnown } from "./stages/admit-spans";
import { decodePages } from "./stages/decode-pages";
import { newestOf } from "./stages/read-pages";
import { type ShardHead, type SpanPage, shardKey } from "./store";
import { Turn } from "./turn";
import type { PageHold } from "./window/shard-progress";
import { takeBackTraces } from "./window/take-back";
import { endMs } from "./window/traffic-time";

/**
 * Brings the window back to what it was when the earlier tenure ended, however it ended. Everything between the
 * committed and the announced cursors is read again. Of the traces that hold such spans,
 *
 * - those read again whole were in the window: their spans come back as new ones, and the document is known;
 * - the others had left it, or had come back from the store: their spans are done with and stay out;
 * - except where two traces hold the same span, as a crash in the middle of joining them leaves it, or where a span
 *   read again is not the one that is stored: then they come back as they are stored, to be amended.
 *
 * All of them have to be there for that. While a shard is away of which spans are to be read again it throws ElasticError,
 * unless it is told to go on without (`leavesOutAway`).
 */
export async function replay(assembly: Assembly, leavesOutAway = () => false): Promise<void> {
  const { window, store, progress, traffic, readBefore, notice } = assembly;
  if (readBefore.size === 0) return;
  const askedAt = assembly.now();
  const turn = new Turn(askedAt, false);
  const { heads, away } = await store.source.heads();
  const toBeReadAgain = new Set(
    progress.cursors().flatMap(({ index, committed, read }) => (committed < read ? index : [])),
  );
  const missed = away.filter((index) => toBeReadAgain.has(index));
  if (missed.length > 0) {
    if (!leavesOutAway()) throw shardsAway(missed);
    notice("shards are away of which spans were to be read again: their traces may stay in parts", { indices: missed });
  }
  turn.pages = await readAgain(assembly, heads);
  decodePages(assembly, turn);
  const again = spansById(turn.decoded);
  const known = await findKnownTraces(assembly, heads, [...again.keys()], (stored) => isReadAmong(again, stored));
  const amended = known.partial.filter((trace) => known.shared.has(trace) || isOutdated(trace, again));
  const settled = new Set(known.partial);
  for (const trace of amended) settled.delete(trace);
  for (const { spans } of settled) for (const { span } of spans) turn.settledSpanIds.add(span.spanId);
  turn.known = known.whole;
  takeBackTraces(
    window,
    amended.map(({ trace }) => trace),
    turn.now,
  );
  traffic.learn(askedAt, await newestOf(assembly, heads));
  admitInOrder(assembly, turn);
  noteKnown(assembly, turn);
}

/** Takes the spans in as they came at first, so that what is written and let go first is what came first. */
function admitInOrder(assembly: Assembly, turn: Turn): void {
  const { window, traffic } = assembly;
  const arrivals: { span: Span; hold: PageHold; seqNo: number; came: number }[] = [];
  admitPages(assembly, turn, ({ shard }) => {
    const offset = traffic.offsetOf(shardKey(shard));
    return (span, hold, seqNo) => {
      const came = offset === undefined ? turn.now : Math.min(endMs(span) + offset, turn.now);
      arrivals.push({ span, hold, seqNo, came });
    };
  });
  arrivals.sort((left, right) => left.came - right.came);
  for (const { span, hold, seqNo, came } of arrivals) window.admit(span, hold, seqNo, Number.NEGATIVE_INFINITY, came);
}

async function readAgain({ store, progress, readBefore }: Assembly, heads: readonly ShardHead[]): Promise<SpanPage[]> {
  const pages: SpanPage[] = [];
  await store.source.makeReadable(heads);
  for (const head of heads) {
    const upTo = Math.min(readBefore.get(shardKey(head)) ?? -1, head.checkpoint);
    let after = progress.readUpTo(head);
    while (after < upTo) {
      const page = await store.source.read({ ...head, checkpoint: upTo, readBefore: upTo }, after);
      if (page.upTo === after) throw new ElasticError("busy", `spans of ${head.index} are not searchable yet`);
      pages.push(page);
      after = page.upTo;
    }
  }
  return pages;
}

/** A document of one of its spans was read that counts instead of the one it holds. */
function isOutdated({ spans }: KnownTrace, again: ReadonlyMap<string, readonly Span[]>): boolean {
  const replaces = (span: Span, stored: Span) =>
    supersedes(span, stored) && !(isSameDocument(span, stored) && span.raw.equals(stored.raw));
  return spans.some(({ span: stored }) => again.get(stored.spanId)?.some((span) => replaces(span, stored)));
}
