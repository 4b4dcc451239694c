import type { RawText } from "./json/raw-text";
import type { TextBody } from "./json/text-body";
import type { Span, SpanFault, SpanPointer } from "./span/span";

/** One shard of one index of spans. An index made anew under its old name has another uuid, hence other shards. */
export interface ShardId {
  readonly index: string;
  readonly uuid: string;
  readonly shard: number;
}

/** Key of a shard in maps and in the cursor document. */
export function shardKey(shard: ShardId): string {
  return `${shard.uuid}/${shard.shard}`;
}

/** A shard and the highest `_seq_no` up to which everything in it can be read now. */
export interface ShardHead extends ShardId {
  readonly checkpoint: number;
  /** Up to where an earlier tenure read it: all of that was searchable once. */
  readonly readBefore?: number;
}

/** What there is to read now. */
export interface ShardHeads {
  readonly heads: readonly ShardHead[];
  /** Indices of which a shard is away: none of theirs is among the heads until it is back. */
  readonly away: readonly string[];
}

/** A span document as a search gave it. */
export interface SpanHit {
  readonly id: string;
  readonly seqNo: number;
  /** 1 = indexed once; more = indexed again under the same id. */
  readonly version: number;
  readonly source: RawText;
  /** What it is, where that was read with the answer; else it is still to be decoded. */
  readonly decoded?: Span | SpanFault | undefined;
}

/** Documents of one shard with `_seq_no` in (after, upTo], in that order; none between is missing. */
export interface SpanPage {
  readonly shard: ShardId;
  readonly after: number;
  readonly upTo: number;
  readonly hits: readonly SpanHit[];
  /** What their texts lie in; may be released when none of those is needed any more. */
  readonly body?: TextBody;
}

/** Where spans come from. All methods throw on failure and may be called again. */
export interface SpanSource {
  /** Every shard that can be read now. */
  heads(): Promise<ShardHeads>;
  /** Makes everything up to these checkpoints readable; to be called after `heads` and before `read`. */
  makeReadable(heads: readonly ShardHead[]): Promise<void>;
  /** Name of the agent whose spans an index holds. */
  agentOf(index: string): string;
  /**
   * The next documents after `after`, up to `head.checkpoint` or as many as a page holds. A page that ends where it begins
   * says that the next one is not readable yet.
   */
  read(head: ShardHead, after: number): Promise<SpanPage>;
  /** When the last `count` spans up to `head.checkpoint` ended, by their host's clock, as far as they say; milliseconds, in any order. */
  newestEnds(head: ShardHead, count: number): Promise<readonly number[]>;
  /** Which of the documents with these ids lie in the shard after `after`, and are thus still to be read. */
  ahead(shard: ShardId, after: number, ids: readonly string[]): Promise<string[]>;
}

/** Which write of a document is meant: a write on condition of it fails when there was another since. */
export interface DocumentVersion {
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** Which write of a trace is meant, and in which index: a trace stays where it was first written. */
export interface TraceVersion extends DocumentVersion {
  readonly index: string;
}

export interface StoredTrace {
  readonly id: string;
  readonly version: TraceVersion;
  readonly document: RawText;
}

/** A trace to write: `expected` is the version it replaces, undefined when there must be none of that id in any index. */
export interface TraceWrite {
  readonly id: string;
  readonly expected: TraceVersion | undefined;
  readonly document: RawText;
}

export interface TraceDelete {
  readonly id: string;
  readonly expected: TraceVersion;
}

/**
 * `written`: done. `conflict`: the version was another one, nothing was written. `refused`: will never be taken as it
 * is. `busy`: not taken now, may be later.
 */
export type WriteOutcome =
  | { readonly kind: "written"; readonly version: TraceVersion }
  | { readonly kind: "conflict" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "busy"; readonly reason: string };

/** A span that is in no trace, why, and where its document lies. */
export interface Rejection {
  readonly pointer: SpanPointer;
  readonly spanId: string;
  readonly field: string;
  readonly reason: string;
}

/** Where traces go. All methods throw on failure as a whole; single documents have an outcome each, in order. */
export interface TraceStore {
  write(traces: readonly TraceWrite[]): Promise<WriteOutcome[]>;
  delete(traces: readonly TraceDelete[]): Promise<WriteOutcome[]>;
  /** Latest versions of the traces of these ids; those not there are left out. */
  load(ids: readonly string[]): Promise<StoredTrace[]>;
  /** Ids of the traces which hold any of these spans; sees every write that was done before the call. */
  find(spanIds: readonly string[]): Promise<string[]>;
  /** Has searches find what was written so far, and no more what was deleted. */
  makeReadable(): Promise<void>;
  /** Records rejections; the same one again changes nothing. */
  reject(rejections: readonly Rejection[]): Promise<void>;
}

/** How far a shard is done with (`committed`) and how far it was ever read (`read`); -1 = nothing yet. */
export interface ShardCursor extends ShardId {
  readonly committed: number;
  readonly read: number;
}

/** Where cursors are kept. */
export interface CursorStore {
  load(): Promise<ShardCursor[]>;
  /** Replaces all cursors at once. */
  commit(cursors: readonly ShardCursor[]): Promise<void>;
}

export interface Store {
  readonly source: SpanSource;
  readonly traces: TraceStore;
  readonly cursors: CursorStore;
}
