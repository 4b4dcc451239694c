import type { RawText } from "./json/raw-text";
import type { WriteOutcome } from "./store";
import type { Minute } from "./trace/minute";
import type { CloseReason } from "./trace/trace-history";
import type { Group, Member } from "./window/member";
import type { WrittenTrace } from "./window/written-trace";

/** A group with the document it makes. */
export interface AssembledGroup {
  readonly group: Group;
  /** Of the group as it was then. */
  readonly members: readonly Member[];
  readonly changes: number;
  /** Why it was due. */
  readonly closedBy: CloseReason;
  readonly traceId: string;
  readonly written: WrittenTrace;
  /** Undefined when it is stored like that already. */
  readonly document: RawText | undefined;
  readonly minutes: readonly Minute[];
}

/** Traces of one request or more, and its answers in the same order. */
export interface SentBatch {
  readonly sent: readonly AssembledGroup[];
  readonly answered: Promise<WriteOutcome[]>;
}

/** Traces that were sent, answered or not yet. */
export interface TracesUnderWay {
  readonly batches: readonly SentBatch[];
  /** Those that are stored as they are, so that nothing was sent. */
  readonly unchanged: readonly AssembledGroup[];
  /** After the first one nothing more was sent. */
  readonly faults: readonly unknown[];
}
