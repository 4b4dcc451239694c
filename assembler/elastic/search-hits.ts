import { ByteView } from "../json/byte-view";
import { DocumentLayout, otherValue } from "../json/document-layout";
import { internedIds } from "../json/interned-ids";
import { KnownKeys } from "../json/known-keys";
import { RawText } from "../json/raw-text";
import { firstItem, MalformedJson, nextItem, skipSpace, skipString, skipValue, valueAfterKey } from "../json/scan";
import { InternedText, readDigits } from "../json/text-values";
import type { Span, SpanFault } from "../span/span";

/** One hit of a search or one found document of a multi-get, its source untouched. */
export interface Hit {
  readonly index: string;
  readonly id: string;
  /** From `_seq_no`, else from `sort`, as when a search sorts by it; -1 when the answer holds neither. */
  readonly seqNo: number;
  readonly primaryTerm: number;
  /** 1 = indexed once; more = written again under the same `_id`. 0 when not asked for. */
  readonly version: number;
  readonly source: RawText;
  /** What the source is, if a reader looked at it. */
  readonly decoded: Span | SpanFault | undefined;
}

/** Reads documents while the answer is gone through, so that no byte of theirs is looked at twice. */
export interface SourceReader {
  /** Index after the document that begins at `start`; -1 when it cannot tell. */
  stepOver(view: ByteView, start: number, end: number): number;
  /** Reads the document that it stepped over last. */
  read(source: RawText, id: string): Span | SpanFault;
}

export interface HitPage {
  readonly hits: Hit[];
  /** Shards that failed, and whether time ran out: such a page may lack documents and must not be taken. */
  readonly failedShards: number;
  readonly timedOut: boolean;
  /** Length of the answer. */
  readonly bytes: number;
}

const keys = new KnownKeys([
  "_index",
  "_id",
  "_seq_no",
  "_primary_term",
  "_version",
  "_source",
  "sort",
  "found",
  "error",
]);
const [indexKey, idKey, seqNoKey, primaryTermKey, versionKey, sourceKey, sortKey, foundKey, errorKey] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;
const keyCount = 9;
const noSource = RawText.from("{}");
const letterF = 0x66;
const newline = 0x0a;
const indexNames = new InternedText();

/**
 * Finds the hits of a search response in its bytes, going over each byte once: a page is megabytes. Throws
 * MalformedJson, also when one document of a multi-get has an error in its place.
 */
export function readSearchHits(body: Buffer, reader?: SourceReader): HitPage {
  return new HitScanner(body, reader).page();
}

/** Finds the documents of a multi-get response; those not found are left out. */
export function readMultiGet(body: Buffer): Hit[] {
  return new HitScanner(body, undefined).page().hits;
}

class HitScanner {
  readonly #view: ByteView;
  readonly #body: Buffer;
  readonly #end: number;
  readonly #isOneLine: boolean;
  #at = 0;
  #hits: Hit[] = [];
  #failedShards = 0;
  #timedOut = false;

  readonly #reader: SourceReader | undefined;
  /** Of the hit before: all up to its source, and what follows on that. */
  readonly #head = new DocumentLayout();
  readonly #tail = new DocumentLayout();
  /** Extents of the values of the hit here; an end of 0 = absent. */
  readonly #starts = new Int32Array(keyCount);
  readonly #ends = new Int32Array(keyCount);

  constructor(body: Buffer, reader: SourceReader | undefined) {
    this.#view = new ByteView(body);
    this.#reader = reader;
    this.#body = body;
    this.#end = body.length;
    this.#isOneLine = !body.includes(newline);
  }

  page(): HitPage {
    this.#members((key) => {
      const body = this.#body;
      if (key === "hits") this.#members((name) => (name === "hits" ? this.#documents() : this.#skip()));
      else if (key === "docs") this.#documents();
      else {
        const start = this.#at;
        this.#skip();
        if (key === "timed_out") this.#timedOut = body.toString("latin1", start, this.#at) === "true";
        if (key === "_shards") this.#failedShards = JSON.parse(body.toString("latin1", start, this.#at)).failed;
      }
    });
    return { hits: this.#hits, failedShards: this.#failedShards, timedOut: this.#timedOut, bytes: this.#end };
  }

  /** Calls `visit` at each value of the object here; `visit` must move on to the value's end. */
  #members(visit: (key: string) => void): void {
    let key = firstItem(this.#body, this.#at, this.#end);
    let last = this.#at + 1;
    while (key !== -1) {
      const keyEnd = skipString(this.#body, key, this.#end);
      this.#at = valueAfterKey(this.#body, keyEnd, this.#end);
      visit(this.#body.toString("latin1", key + 1, keyEnd - 1));
      last = this.#at;
      key = nextItem(this.#body, last, this.#end);
    }
    this.#at = skipSpace(this.#body, last, this.#end) + 1;
  }

  #skip(): void {
    this.#at = skipValue(this.#body, this.#at, this.#end);
  }

  #documents(): void {
    let item = firstItem(this.#body, this.#at, this.#end);
    let last = this.#at + 1;
    while (item !== -1) {
      this.#at = item;
      this.#document();
      last = this.#at;
      item = nextItem(this.#body, last, this.#end);
    }
    this.#at = skipSpace(this.#body, last, this.#end) + 1;
  }

  #document(): void {
    const opened = this.#at;
    if (!this.#findAsBefore(opened)) this.#findByKeys(opened);
    const hit = this.#hit(opened);
    if (hit !== undefined) this.#hits.push(hit);
  }

  /** Finds the values of a hit that is laid out as the one before. */
  #findAsBefore(opened: number): boolean {
    this.#ends.fill(0);
    const from = this.#head.find(this.#view, opened, this.#end, this.#starts, this.#ends);
    if (from === -1) return false;
    const to = this.#sourceEnd(from);
    const after = this.#tail.find(this.#view, to, this.#end, this.#starts, this.#ends);
    if (after === -1) return false;
    this.#starts[sourceKey] = from;
    this.#ends[sourceKey] = to;
    this.#at = after;
    return true;
  }

  /** Finds the values of a hit one by one, and takes note of where they stand. */
  #findByKeys(opened: number): void {
    const body = this.#body;
    const end = this.#end;
    this.#ends.fill(0);
    this.#head.reset();
    this.#tail.reset();
    let layout = this.#head;
    let last = opened + 1;
    let key = firstItem(body, opened, end);
    while (key !== -1) {
      const keyEnd = skipString(body, key, end);
      const from = valueAfterKey(body, keyEnd, end);
      const field = keys.find(body, key + 1, keyEnd - 1);
      const to = field === sourceKey ? this.#sourceEnd(from) : skipValue(body, from, end);
      if (field !== -1) {
        this.#starts[field] = from;
        this.#ends[field] = to;
      }
      if (field === sourceKey) {
        this.#head.complete(body, opened, from);
        layout = this.#tail;
      } else layout.note(field === -1 ? otherValue : field, from, to);
      last = to;
      key = nextItem(body, to, end);
    }
    this.#at = skipSpace(body, last, end) + 1;
    const sourceEnd = this.#ends[sourceKey] as number;
    if (sourceEnd !== 0) this.#tail.complete(body, sourceEnd, this.#at);
  }

  #sourceEnd(from: number): number {
    const to = this.#reader?.stepOver(this.#view, from, this.#end) ?? -1;
    return to === -1 ? skipValue(this.#body, from, this.#end) : to;
  }

  /** The hit whose values were found; undefined for a document that is not there. */
  #hit(opened: number): Hit | undefined {
    const body = this.#body;
    const starts = this.#starts;
    const ends = this.#ends;
    const from = starts[sourceKey] as number;
    const to = ends[sourceKey] as number;
    if (ends[errorKey] !== 0) {
      const start = starts[errorKey] as number;
      const shown = body.toString("utf8", start, Math.min(ends[errorKey] as number, start + 300));
      throw new MalformedJson(`document not readable: ${shown}`, start);
    }
    if (ends[foundKey] !== 0 && body[starts[foundKey] as number] === letterF) return undefined;
    const id = this.#text(idKey, internedIds);
    if (id === "") throw new MalformedJson("hit without _id", opened);
    const source = to === 0 ? noSource : new RawText(body, from, to, this.#isOneLine);
    return {
      index: this.#text(indexKey, indexNames),
      id,
      // Searches that sort by something else ask for `_seq_no`.
      seqNo: ends[seqNoKey] === 0 ? this.#sortedBy() : this.#digits(seqNoKey),
      primaryTerm: ends[primaryTermKey] === 0 ? -1 : this.#digits(primaryTermKey),
      version: ends[versionKey] === 0 ? 0 : this.#digits(versionKey),
      source,
      decoded: to === 0 ? undefined : this.#reader?.read(source, id),
    };
  }

  #text(key: number, interned: InternedText): string {
    const end = this.#ends[key] as number;
    return end === 0 ? "" : interned.read(this.#body, this.#starts[key] as number, end);
  }

  #digits(key: number): number {
    return readDigits(this.#body, this.#starts[key] as number, this.#ends[key] as number);
  }

  #sortedBy(): number {
    const end = this.#ends[sortKey] as number;
    return end === 0 ? -1 : readDigits(this.#body, (this.#starts[sortKey] as number) + 1, end - 1);
  }
}
