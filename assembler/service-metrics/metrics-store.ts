import type { RawText } from "../json/raw-text";
import type { DocumentVersion, WriteOutcome } from "../store";
import type { Minute } from "../trace/minute";
import type { MetricKind } from "./metric-documents";
import type { MinuteRanges } from "./minute-ranges";

/** What has to be counted again, as it is kept across restarts. */
export interface StoredDirt {
  /** Every minute of which anything is stored, besides those named. */
  readonly everything: boolean;
  readonly minutes: MinuteRanges;
}

/** A document as it is stored. */
export interface StoredMetric {
  readonly kind: MetricKind;
  readonly id: string;
  readonly version: DocumentVersion;
  readonly source: RawText;
}

/** A document to write (`text`) or to delete (no text), on condition that the stored version is the expected one. */
export interface MetricWrite {
  readonly kind: MetricKind;
  readonly id: string;
  readonly text: string | undefined;
  readonly expected: DocumentVersion | undefined;
}

/** Where metrics are kept, and the traces they are counted from. All methods throw on failure as a whole. */
export interface MetricsStore {
  /** undefined: nothing was ever noted. */
  loadDirt(): Promise<StoredDirt | undefined>;
  /** Replaces what was noted. */
  commitDirt(dirt: StoredDirt): Promise<void>;
  /** Minutes before it keep their metrics: traces of theirs are deleted, or about to be. */
  frozenBefore(): Promise<Minute>;
  /** Makes everything written before the call visible to the methods below. */
  makeReadable(): Promise<void>;
  /** Minutes after `after` of which traces or metrics are stored, ascending, one page of them; none at the end. */
  minutesAfter(after: Minute): Promise<Minute[]>;
  /** Pages of the documents of all traces that have a span in the minute. */
  tracesOf(minute: Minute): AsyncIterable<readonly RawText[]>;
  /** All metrics of the minute. */
  metricsOf(minute: Minute): Promise<StoredMetric[]>;
  /** What became of each write, in order. */
  write(writes: readonly MetricWrite[]): Promise<WriteOutcome[]>;
}
