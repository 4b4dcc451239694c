/** Id of the record, in `deeptrace_assembler`: one for all assemblers, as they share the indices. */
export const retentionRecordId = "retention";

/** How much was written to an index of spans, and since when it is no more; times are milliseconds since 1970. */
export interface SpanIndexMark {
  /** Changes with every write, and when the index is made anew. */
  readonly writes: string;
  readonly since: number;
}

/** What retention has to remember from round to round. */
export interface RetentionRecord {
  /**
   * Milliseconds since 1970: the traces of minutes before it are deleted, or will be in the next round. Their metrics stay
   * as they are, and are not counted again from what is left.
   */
  readonly metrics_frozen_before: number;
  /** By index of spans. */
  readonly seen: Readonly<Record<string, SpanIndexMark>>;
  /** Indices that were blocked for writes to be deleted; where one still is there after a crash, it is unblocked. */
  readonly blocked: readonly string[];
}

export const emptyRecord: RetentionRecord = { metrics_frozen_before: 0, seen: {}, blocked: [] };
