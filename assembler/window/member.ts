import type { Link } from "../correlate/link";
import type { PlacedSpan } from "../correlate/placed-span";
import type { Span } from "../span/span";
import type { TraceSpan } from "../trace/trace";
import type { Group } from "./group";
import type { PageHold } from "./shard-progress";
import type { StoredDocument } from "./stored-documents";

/** A span in the window. */
export class Member implements TraceSpan {
  link: Link | undefined;
  /** Its place among the spans to correlate; undefined for those whose parent is settled. */
  placed: PlacedSpan | undefined;
  group: Group | undefined;
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
