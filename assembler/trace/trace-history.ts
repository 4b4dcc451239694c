/**
 * Why a trace was written: it came to rest, waited long enough (`max_wait_ms`), the window was full, the assembler
 * stopped, or one of its spans moved from or to another trace that was written.
 */
export type CloseReason = "quiet" | "max_wait_ms" | "max_open_spans" | "stop" | "with_another";

/** When and why a trace was written. */
export interface Closing {
  readonly closedBy: CloseReason;
  /** Milliseconds since 1970. */
  readonly closedAt: number;
  /** Milliseconds from when it first differed from what was stored until it was written. */
  readonly ageMs: number;
}

/** What an amendment changed. */
export interface Amendment {
  /** Spans that came, were indexed again with other contents, or went to another trace. */
  readonly added: number;
  readonly replaced: number;
  readonly removed: number;
  /** The first of the added and replaced ones, in order of text. */
  readonly spanIds: readonly string[];
  /** Ids of other documents that held some of its spans before, in order of text. */
  readonly fromTraces: readonly string[];
}

export type AmendedBecause = "traces_joined" | "late_spans" | "spans_replaced" | "spans_removed" | "judged_anew";

export interface TraceChange extends Amendment {
  /** The revision it made. */
  readonly revision: number;
  readonly at: number;
  readonly why: AmendedBecause;
}

/**
 * How a trace document came to be what it is. It depends on when spans came and when they were written, and so is the
 * one part of a document that does not follow from its spans.
 */
export interface TraceHistory extends Closing {
  /** 1 when first written; grows by 1 with each amendment. */
  readonly revision: number;
  /** The latest, oldest first. */
  readonly changes: readonly TraceChange[];
}

/** Changes told; older ones are dropped, as the gap in their revisions shows. */
export const mostChanges = 20;
/** Span ids and traces named in a change. */
const mostNamed = 10;

export function firstHistory(closing: Closing): TraceHistory {
  const { closedBy, closedAt, ageMs } = closing;
  return { closedBy, closedAt, ageMs, revision: 1, changes: [] };
}

/** Whether the trace had come to rest when it was written. */
export function isSettled({ closedBy }: Closing): boolean {
  return closedBy === "quiet";
}

/**
 * The history of a document that takes the place of others: of its own earlier version, of those whose spans went into
 * it, or of both. There must be one at least.
 */
export function amendedHistory(before: readonly TraceHistory[], amendment: Amendment, closing: Closing): TraceHistory {
  const revision = before.reduce((highest, history) => Math.max(highest, history.revision), 0) + 1;
  const earlier = before.flatMap(({ changes }) => changes).sort((left, right) => left.at - right.at);
  const change: TraceChange = {
    ...amendment,
    spanIds: amendment.spanIds.slice(0, mostNamed),
    fromTraces: amendment.fromTraces.slice(0, mostNamed),
    revision,
    at: closing.closedAt,
    why: reasonFor(amendment),
  };
  return { ...closing, revision, changes: [...earlier, change].slice(-mostChanges) };
}

function reasonFor({ fromTraces, added, replaced, removed }: Amendment): AmendedBecause {
  if (fromTraces.length > 0) return "traces_joined";
  if (added > 0) return "late_spans";
  if (replaced > 0) return "spans_replaced";
  return removed > 0 ? "spans_removed" : "judged_anew";
}
