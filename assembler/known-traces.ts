import type { Assembly } from "./assembly";
import type { Span } from "./span/span";
import { supersedes } from "./span/supersedes";
import { type ShardHead, type StoredTrace, shardKey } from "./store";
import type { TraceSpan } from "./trace/trace";
import type { DecodedPage } from "./turn";
import { spansOf } from "./window/take-back";

/** A stored trace and its spans. */
export interface KnownTrace {
  readonly trace: StoredTrace;
  readonly spans: readonly TraceSpan[];
}

/** What is stored of spans that were read: how their traces are to come back into the window. */
export interface KnownTraces {
  /** All their spans are read now, or still to be read: they are new spans of a trace whose document is known. */
  readonly whole: readonly KnownTrace[];
  /** Some of their spans are behind the cursors. Two of them that share a span are to be made one. */
  readonly partial: readonly KnownTrace[];
  readonly shared: ReadonlySet<KnownTrace>;
}

/**
 * Looks up the stored traces that hold any of the `asked` spans, or share a span with one that does. A span counts as
 * read when `isRead` says so of the stored one, or when its document was indexed again and so has moved on to the unread end of its shard.
 */
export async function findKnownTraces(
  assembly: Assembly,
  heads: readonly ShardHead[],
  asked: readonly string[],
  isRead: (stored: Span) => boolean,
): Promise<KnownTraces> {
  const known = await findTraces(assembly, asked);
  const missing = known.flatMap(({ spans }) => spans.map(({ span }) => span).filter((span) => !isRead(span)));
  const moved = await movedSpans(assembly, heads, missing);
  const isWhole = ({ spans }: KnownTrace) => spans.every(({ span }) => isRead(span) || moved.has(span.spanId));
  return {
    whole: known.filter(isWhole),
    partial: known.filter((trace) => !isWhole(trace)),
    shared: sharedTraces(known),
  };
}

async function findTraces({ store, window }: Assembly, spanIds: readonly string[]): Promise<KnownTrace[]> {
  const known = new Map<string, KnownTrace>();
  const before = new Set(spanIds);
  let asked = spanIds;
  while (asked.length > 0) {
    // A trace that is known in the window has the place for its span kept free.
    const ids = (await store.traces.find(asked)).filter(
      (id) => !known.has(id) && window.documents.get(id) === undefined,
    );
    const further: string[] = [];
    for (const trace of await store.traces.load(ids)) {
      const spans = spansOf(trace.document) ?? [];
      if (spans.length === 0) continue;
      known.set(trace.id, { trace, spans });
      for (const { span } of spans) if (!before.has(span.spanId)) further.push(span.spanId);
    }
    asked = further;
  }
  return [...known.values()];
}

/** Those of the spans whose documents lie beyond what was read of their shard. */
async function movedSpans(
  { store, progress, readBefore }: Assembly,
  heads: readonly ShardHead[],
  spans: readonly Span[],
): Promise<ReadonlySet<string>> {
  const moved = new Set<string>();
  if (spans.length === 0) return moved;
  for (const head of heads) {
    const agent = store.source.agentOf(head.index);
    const ofAgent = new Map(spans.filter((span) => span.agent === agent).map((span) => [span.documentId, span.spanId]));
    const readUpTo = Math.max(progress.readUpTo(head), readBefore.get(shardKey(head)) ?? -1);
    for (const id of await store.source.ahead(head, readUpTo, [...ofAgent.keys()])) moved.add(ofAgent.get(id) ?? id);
  }
  return moved;
}

function sharedTraces(known: readonly KnownTrace[]): ReadonlySet<KnownTrace> {
  const holders = new Map<string, KnownTrace>();
  const shared = new Set<KnownTrace>();
  for (const trace of known) {
    for (const { span } of trace.spans) {
      const other = holders.get(span.spanId);
      if (other === undefined) holders.set(span.spanId, trace);
      else shared.add(other).add(trace);
    }
  }
  return shared;
}

/** Whether a span was read that counts instead of the stored one, or is the same. */
export function isReadAmong(byId: ReadonlyMap<string, readonly Span[]>, stored: Span): boolean {
  return byId.get(stored.spanId)?.some((span) => supersedes(span, stored)) ?? false;
}

/** The spans of pages by their ids; of several with one id, all. */
export function spansById(pages: readonly DecodedPage[]): Map<string, Span[]> {
  const byId = new Map<string, Span[]>();
  for (const { spans } of pages) {
    for (const { decoded: span } of spans) {
      const others = byId.get(span.spanId);
      if (others === undefined) byId.set(span.spanId, [span]);
      else others.push(span);
    }
  }
  return byId;
}
