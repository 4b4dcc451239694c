import { crc32 } from "node:zlib";
import { entryOf } from "../collections/entry-of";
import type { Span } from "../span/span";
import type { TraceSpan } from "../trace/trace";
import type { HashRange } from "./hash-range";
import { mostNamed, type NamedSpan, type NamedSplit, type SpanCount } from "./span-count";

/** A span document of the source; `span` is undefined when it cannot be used as one. */
export interface CountedDocument {
  readonly index: string;
  readonly id: string;
  /** The assembler's cursors have yet to pass it. */
  readonly isAhead: boolean;
  readonly span: Span | undefined;
}

/** One span, or one document that is none, and where it was found. */
interface Entry {
  readonly spanId: string;
  documents: number;
  /** The document that counts of all with this span id. */
  index: string;
  id: string;
  agent: string;
  digest: number;
  isAhead: boolean;
  /** All of its documents are. */
  isAllAhead: boolean;
  isRejected: boolean;
  /** The first trace that holds it; "" = none. */
  trace: string;
  /** A trace that holds a child of it, but not itself. */
  childTrace: string;
}

/** A trace id that spans carry. */
interface GivenTrace {
  /** The first trace document that holds such spans; "" = none yet. */
  trace: string;
  isAhead: boolean;
}

/**
 * Recounts source against result: first every document of the source, then traces and rejections, each in any order. It
 * holds a part of the spans in memory, chosen by the hash of their ids; when there are more than `most` it goes on with
 * half of that part, and whoever uses it counts the rest in another pass.
 */
export class SpanCounter {
  readonly #isAllTime: boolean;
  readonly #most: number;
  readonly #entries = new Map<string, Entry>();
  readonly #given = new Map<string, GivenTrace>();
  readonly #duplicated = new Names<NamedSpan>();
  readonly #split = new Names<NamedSplit>();
  readonly #outdated = new Names<NamedSpan>();
  #range: HashRange;
  #traces = 0;
  #withoutSource = 0;

  constructor(range: HashRange, most: number, isAllTime: boolean) {
    this.#range = range;
    this.#most = most;
    this.#isAllTime = isAllTime;
  }

  /** The part that was counted. */
  get range(): HashRange {
    return this.#range;
  }

  addDocument({ index, id, isAhead, span }: CountedDocument): void {
    if (span !== undefined && span.traceId !== "" && this.#range.has(span.traceId)) {
      entryOf(this.#given, span.traceId, () => ({ trace: "", isAhead })).isAhead ||= isAhead;
    }
    const key = span === undefined ? placeKey(index, id) : spanKey(span.spanId);
    if (this.#range.has(key)) this.#count(key, index, id, isAhead, span);
    while (this.#entries.size + this.#given.size > this.#most && this.#range.width > 1) this.#narrow();
  }

  /** `traceId`: `index/_id` of the trace document. */
  addTrace(traceId: string, spans: readonly TraceSpan[]): void {
    this.#traces += 1;
    for (const { span } of spans) this.#find(span, traceId);
    const own = new Set(spans.map(({ span }) => span.spanId));
    for (const { parentId } of spans) {
      if (parentId === "" || own.has(parentId)) continue;
      const parent = this.#entries.get(spanKey(parentId));
      if (parent !== undefined) parent.childTrace = traceId;
    }
    for (const id of new Set(spans.map(({ span }) => span.traceId))) {
      const given = this.#given.get(id);
      if (given === undefined) continue;
      if (given.trace === "") given.trace = traceId;
      else if (!given.isAhead) this.#split.add({ trace_id: id, traces: [given.trace, traceId] });
    }
  }

  /** `spanId`: of the rejection, "" when it has none. */
  addRejection(index: string, id: string, spanId: string): void {
    const entry = this.#entries.get(placeKey(index, id)) ?? this.#entries.get(spanKey(spanId));
    if (entry !== undefined) entry.isRejected = true;
  }

  result(): SpanCount {
    const lost = new Names<NamedSpan>();
    let [documents, found, rejected, pending] = [0, 0, 0, 0];
    for (const entry of this.#entries.values()) {
      documents += entry.documents;
      if (entry.trace !== "") found += 1;
      else if (entry.isRejected) rejected += 1;
      else if (entry.isAllAhead) pending += 1;
      else lost.add(named(entry));
      if (entry.trace !== "" && entry.childTrace !== "" && !entry.isAhead) {
        const { span_id, document } = named(entry);
        this.#split.add({ span_id, document, traces: [entry.trace, entry.childTrace] });
      }
    }
    return {
      documents,
      spans: this.#entries.size,
      traces: this.#traces,
      spans_in_traces: found,
      rejected,
      pending,
      lost: lost.count,
      lost_first: lost.first,
      duplicated: this.#duplicated.count,
      duplicated_first: this.#duplicated.first,
      split: this.#split.count,
      split_first: this.#split.first,
      outdated: this.#outdated.count,
      outdated_first: this.#outdated.first,
      without_source: this.#isAllTime ? this.#withoutSource : null,
    };
  }

  #count(key: string, index: string, id: string, isAhead: boolean, span: Span | undefined): void {
    const known = this.#entries.get(key);
    const agent = span?.agent ?? "";
    const digest = span === undefined ? 0 : digestOf(span);
    if (known === undefined) {
      const found = { isAllAhead: isAhead, isRejected: false, trace: "", childTrace: "" };
      this.#entries.set(key, { spanId: span?.spanId ?? "", documents: 1, index, id, agent, digest, isAhead, ...found });
      return;
    }
    known.documents += 1;
    known.isAllAhead &&= isAhead;
    if (compareDocuments(agent, id, known.agent, known.id) >= 0) return;
    Object.assign(known, { index, id, agent, digest, isAhead });
  }

  #find(span: Span, traceId: string): void {
    const key = spanKey(span.spanId);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      if (this.#range.has(key)) this.#withoutSource += 1;
      return;
    }
    if (entry.trace === "") entry.trace = traceId;
    else if (entry.trace !== traceId) this.#duplicated.add(named(entry, [entry.trace, traceId]));
    const order = compareDocuments(entry.agent, entry.id, span.agent, span.documentId);
    const isOlder = order < 0 || (order === 0 && entry.digest !== digestOf(span));
    if (isOlder && !entry.isAhead) this.#outdated.add(named(entry, [traceId]));
  }

  #narrow(): void {
    this.#range = this.#range.firstHalf();
    for (const table of [this.#entries, this.#given]) {
      for (const key of table.keys()) if (!this.#range.has(key)) table.delete(key);
    }
  }
}

/** A count of things, and the first of them by name. */
class Names<T> {
  readonly first: T[] = [];
  count = 0;

  add(name: T): void {
    this.count += 1;
    if (this.first.length < mostNamed) this.first.push(name);
  }
}

function named({ spanId, index, id, trace }: Entry, traces?: readonly string[]): NamedSpan {
  return { span_id: spanId, document: `${index}/${id}`, traces: traces ?? (trace === "" ? [] : [trace]) };
}

/** No id of a span begins so: documents that are none have keys of their own. */
function placeKey(index: string, id: string): string {
  return `document ${index}/${id}`;
}

function spanKey(spanId: string): string {
  return `span ${spanId}`;
}

/** Below 0 when the left document counts rather than the right one, by the rule of `supersedes`. */
function compareDocuments(agent: string, id: string, otherAgent: string, otherId: string): number {
  if (agent !== otherAgent) return agent < otherAgent ? -1 : 1;
  return id === otherId ? 0 : id < otherId ? -1 : 1;
}

/** Of the document as a trace holds it: on one line. */
function digestOf({ raw }: Span): number {
  const { bytes, start, end } = raw.onOneLine();
  return crc32(bytes.subarray(start, end));
}
