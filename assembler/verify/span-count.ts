/** A span that is not as it should be. */
export interface NamedSpan {
  readonly span_id: string;
  /** Its source document: `index/_id`. */
  readonly document: string;
  /** Trace documents that it is in: `index/_id`. */
  readonly traces: readonly string[];
}

/** Spans that belong together in different traces: those of one given trace id, or a span and its parent. */
export interface NamedSplit {
  readonly trace_id?: string;
  /** The parent; its document is named with it. */
  readonly span_id?: string;
  readonly document?: string;
  readonly traces: readonly string[];
}

/** Where every span document went. */
export interface SpanCount {
  /** Span documents, and different spans in them: one indexed twice is one span. */
  readonly documents: number;
  readonly spans: number;
  /** All trace documents, also those outside the range of time. */
  readonly traces: number;
  readonly spans_in_traces: number;
  /** In no trace, and put down in spans_rejected. */
  readonly rejected: number;
  /** Neither in a trace nor rejected, but the assembler has them still ahead. */
  readonly pending: number;
  /** Neither, and behind the cursors: this must be 0. */
  readonly lost: number;
  readonly lost_first: readonly NamedSpan[];
  /** In more than one trace: this must be 0. */
  readonly duplicated: number;
  readonly duplicated_first: readonly NamedSpan[];
  /** Belong together and are in different traces: this must be 0. */
  readonly split: number;
  readonly split_first: readonly NamedSplit[];
  /** In a trace as another document than the one that counts, and the assembler has read that: this must be 0. */
  readonly outdated: number;
  readonly outdated_first: readonly NamedSpan[];
  /** In traces, though their documents are gone from the source; null when only a range of time was looked at. */
  readonly without_source: number | null;
}

/** How many names each list holds at most. */
export const mostNamed = 50;

/** Whether nothing is as it must not be. Spans that are pending are no difference. */
export function isExact(count: SpanCount): boolean {
  return count.lost + count.duplicated + count.split + count.outdated === 0;
}

/** Counts of two parts of the spans as one. */
export function addCounts(left: SpanCount, right: SpanCount): SpanCount {
  const named = <T>(first: readonly T[], second: readonly T[]) => [...first, ...second].slice(0, mostNamed);
  return {
    documents: left.documents + right.documents,
    spans: left.spans + right.spans,
    traces: right.traces,
    spans_in_traces: left.spans_in_traces + right.spans_in_traces,
    rejected: left.rejected + right.rejected,
    pending: left.pending + right.pending,
    lost: left.lost + right.lost,
    lost_first: named(left.lost_first, right.lost_first),
    duplicated: left.duplicated + right.duplicated,
    duplicated_first: named(left.duplicated_first, right.duplicated_first),
    split: left.split + right.split,
    split_first: named(left.split_first, right.split_first),
    outdated: left.outdated + right.outdated,
    outdated_first: named(left.outdated_first, right.outdated_first),
    without_source:
      left.without_source === null || right.without_source === null ? null : left.without_source + right.without_source,
  };
}
