import type { ReadPages } from "./assembly";
import type { KnownTrace } from "./known-traces";
import type { Span, SpanFault } from "./span/span";
import type { SpanHit, SpanPage } from "./store";
import type { CloseReason } from "./trace/trace-history";
import type { AssembledGroup } from "./traces-under-way";
import type { Group } from "./window/member";

/** The hit of a document that is a span. */
export interface DecodedSpan extends SpanHit {
  readonly decoded: Span;
}

export interface FaultyHit {
  readonly fault: SpanFault;
  readonly hit: SpanHit;
}

/** A page, each of its documents either a span or a fault. */
export interface DecodedPage {
  readonly page: SpanPage;
  readonly spans: readonly DecodedSpan[];
  readonly faults: readonly FaultyHit[];
}

/** What one turn carries from stage to stage; each stage says what it needs and what it fills in. */
export class Turn {
  /** Undefined if nothing was asked for. */
  read: ReadPages | undefined;
  pages: SpanPage[] = [];
  decoded: DecodedPage[] = [];
  /** Ids of spans that are not to be taken in: they are in a written trace that is done with. */
  settledSpanIds = new Set<string>();
  /** Stored traces whose spans are all in the window once those of this turn are. */
  known: readonly KnownTrace[] = [];
  due: ReadonlyMap<Group, CloseReason> = new Map();
  assembled: AssembledGroup[] = [];
  /** A trace was written or deleted. */
  hasWritten = false;
  /** There is more to read or to write: the next turn begins at once. */
  more = false;
  /** Elasticsearch asked to wait, in its words. */
  busy: string | undefined;

  constructor(
    /** Time of the traffic. */
    public now: number,
    /** Write everything there is, read nothing more. */
    readonly isStopping: boolean,
    /** Another one comes as soon as there is more: it may take up what this one sent. */
    readonly isFollowed = false,
  ) {}
}
