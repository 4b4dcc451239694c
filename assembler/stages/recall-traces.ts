import type { Assembly } from "../assembly";
import { findKnownTraces, isReadAmong, spansById } from "../known-traces";
import type { Span } from "../span/span";
import { supersedes } from "../span/supersedes";
import { shardKey } from "../store";
import type { Turn } from "../turn";
import { takeBackTraces } from "../window/take-back";
import { settleWrites } from "./settle-writes";

/**
 * Takes back the traces of spans that may be written already and are no longer in the window: documents that were
 * indexed again, and those of a shard that came back after the start. Needs `decoded`, fills `known`.
 */
export async function recallTraces(assembly: Assembly, turn: Turn): Promise<void> {
  const { window, readBefore, store } = assembly;
  const asked: string[] = [];
  for (const { page, spans } of turn.decoded) {
    const before = readBefore.get(shardKey(page.shard)) ?? -1;
    for (const { decoded: span, version, seqNo } of spans) {
      if (version <= 1 && seqNo > before) continue;
      if (window.member(span.spanId) === undefined) asked.push(span.spanId);
    }
  }
  if (asked.length === 0) return;
  // What is stored must not change under the search.
  await settleWrites(assembly, turn);
  const now = spansById(turn.decoded);
  const isRead = (stored: Span) => {
    const held = window.member(stored.spanId)?.span;
    return isReadAmong(now, stored) || (held !== undefined && supersedes(held, stored));
  };
  const { heads } = await store.source.heads();
  const known = await findKnownTraces(assembly, heads, asked, isRead);
  turn.known = known.whole;
  takeBackTraces(
    window,
    known.partial.map(({ trace }) => trace),
    turn.now,
  );
}
