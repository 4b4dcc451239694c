import type { CorrelatedSpan } from "../correlate/correlator";
import type { Link } from "../correlate/link";
import type { RawText } from "../json/raw-text";
import type { Span } from "../span/span";
import type { TraceVersion } from "../store";
import type { Minute } from "../trace/minute";
import type { TraceSpan } from "../trace/trace";
import type { PageHold } from "./shard-progress";
import type { WrittenTrace } from "./written-trace";

/** A span in the window. It, the group it is in and the document that holds it know each other. */
export class Member implements TraceSpan {
  link: Link | undefined;
  /** Its place among the spans to correlate; undefined for those whose parent is settled, as long as no other needs them. */
  placed: CorrelatedSpan | undefined;
  /** Names its parent, and has no place as long as no other needs it. */
  isAside = false;
  group: Group | undefined;
  /** Index in `group.members`. */
  place = 0;
  /** The trace document that holds it now. */
  document: StoredDocument | undefined;

  constructor(
    public span: Span,
    /** Keeps its shard's cursor from passing it; undefined for spans that came back with a stored trace. */
    public hold: PageHold | undefined,
    public seqNo: number,
    /** Came back with a stored trace whose other spans are behind the cursor: it keeps the parent it was stored with. */
    readonly pinnedParentId: string | undefined,
  ) {}

  get parentId(): string {
    return this.pinnedParentId ?? (this.span.parentId || (this.link?.parentId ?? ""));
  }
}

/** Of groups that are still empty; it stays so. */
const noMembers: Member[] = [];

/** Spans that belong to one trace, as far as is known now. */
export class Group {
  #members = noMembers;
  /** When it last changed or, once settled, when it was; milliseconds of the window's clock. */
  changedAt = 0;
  /** Since when it differs from what is stored. */
  waitsSince = 0;
  /** Ids of absent parents that lead to this group: at most so many. */
  absentParents = 0;
  /** Goes up with each span that comes or leaves: as long as it stays, the spans are the same. */
  changes = 0;
  /** The queue it is in and its neighbours there; only the queue touches them. */
  queue: object | undefined;
  before: Group | undefined;
  after: Group | undefined;

  /** In no order. */
  get members(): readonly Member[] {
    return this.#members;
  }

  add(member: Member): void {
    this.changes += 1;
    member.group = this;
    member.place = this.#members.length;
    // Appending leaves room for sixteen more: a span that names no trace is alone at first, and joins others as it is.
    if (this.#members.length === 0) this.#members = [member];
    else this.#members.push(member);
  }

  remove(member: Member): void {
    this.changes += 1;
    const last = this.#members.pop() as Member;
    if (last !== member) {
      this.#members[member.place] = last;
      last.place = member.place;
    }
    member.group = undefined;
  }
}

/** One write of a trace document, as we know it: its version and the spans it holds. */
export interface StoredDocument {
  readonly id: string;
  readonly version: TraceVersion;
  readonly members: readonly Member[];
  /** Its text, if it was read from the store, else what we wrote: a trace that comes out the same is not written again. */
  readonly text: RawText | undefined;
  readonly written?: WrittenTrace;
  /** In which its spans count; undefined if it was read from the store: its text says it. */
  readonly minutes?: readonly Minute[];
}
