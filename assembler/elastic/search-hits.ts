import { KnownKeys } from "../json/known-keys";
import { LayoutScanner } from "../json/layout-scanner";
import { RawText } from "../json/raw-text";
import { firstItem, MalformedJson, nextItem, skipSpace, skipString, skipValue, valueAfterKey } from "../json/scan";
import type { ScannedRow } from "../json/scanned-row";
import { TextBody } from "../json/text-body";
import { readDigits, readText } from "../json/text-values";
import { noCell, type ValueNotes } from "../json/value-notes";
import type { Span, SpanFault } from "../span/span";
import { fieldNames } from "../span/span-fields";
import { valueKinds } from "../wasm/layout-scan";

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
  /** What the source is, if a reader could tell on the way. */
  readonly decoded: Span | SpanFault | undefined;
}

/** Reads documents while the answer is gone through, so that no byte of theirs is looked at twice. */
export interface SourceReader {
  /** Notes the values of the document that begins at `start`; index after it, or -1 when it cannot read it. */
  note(bytes: Buffer, start: number, end: number, notes: ValueNotes): number;
  /** Reads a document whose values were found. */
  read(row: ScannedRow, source: RawText, id: string): Span | SpanFault;
}

export interface HitPage {
  readonly hits: Hit[];
  /** Shards that failed, and whether time ran out: such a page may lack documents and must not be taken. */
  readonly failedShards: number;
  readonly timedOut: boolean;
  /** Length of the answer. */
  readonly bytes: number;
}

const { any, id, text, integer, integerInList } = valueKinds;
/** A hit's own values, and as what each is read. */
const values = [
  ["_index", text],
  ["_id", id],
  ["_seq_no", integer],
  ["_primary_term", integer],
  ["_version", integer],
  ["_source", any],
  ["sort", integerInList],
  ["found", any],
  ["error", any],
] as const;
type ValueName = (typeof values)[number][0];

const keys = new KnownKeys(values.map(([name]) => name));
/** They come after those of its document. */
const firstCell = fieldNames.length;
const cellOf = (name: ValueName) => firstCell + values.findIndex(([known]) => known === name);
const cells = {
  index: cellOf("_index"),
  id: cellOf("_id"),
  seqNo: cellOf("_seq_no"),
  primaryTerm: cellOf("_primary_term"),
  version: cellOf("_version"),
  source: cellOf("_source"),
  sort: cellOf("sort"),
  found: cellOf("found"),
  error: cellOf("error"),
} as const;
const cellCount = firstCell + values.length;
const readHits = new LayoutScanner(cellCount);
const plainHits = new LayoutScanner(cellCount);
const noSource = RawText.from("{}");
const letterF = 0x66;
const newline = 0x0a;

/**
 * Finds the hits of a search response in its bytes, going over each byte once: a page is megabytes. Throws
 * MalformedJson, also when one document of a multi-get has an error in its place.
 */
export function readSearchHits(answer: Buffer | TextBody, reader?: SourceReader): HitPage {
  const body = answer instanceof TextBody ? answer : new TextBody(answer);
  return new HitScanner(body, reader).page();
}

/** Finds the documents of a multi-get response; those not found are left out. */
export function readMultiGet(body: Buffer): Hit[] {
  return new HitScanner(new TextBody(body), undefined).page().hits;
}

class HitScanner {
  readonly #whole: TextBody;
  readonly #body: Buffer;
  readonly #end: number;
  readonly #isOneLine: boolean;
  #at = 0;
  #hits: Hit[] = [];
  #failedShards = 0;
  #timedOut = false;

  readonly #reader: SourceReader | undefined;
  readonly #scanner: LayoutScanner;

  constructor(whole: TextBody, reader: SourceReader | undefined) {
    const body = whole.bytes;
    this.#reader = reader;
    this.#scanner = reader === undefined ? plainHits : readHits;
    this.#whole = whole;
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
    const scanner = this.#scanner;
    const note = (_: Buffer, opened: number, __: number, notes: ValueNotes) => this.#noteHit(opened, notes);
    let item = firstItem(this.#body, this.#at, this.#end);
    let last = this.#at + 1;
    while (item !== -1) {
      const found = scanner.find(this.#body, item, this.#end, Number.POSITIVE_INFINITY, note);
      for (let place = 0; place < found; place += 1) {
        scanner.row.select(place);
        const hit = this.#hit(scanner.row, item);
        if (hit !== undefined) this.#hits.push(hit);
      }
      last = scanner.after;
      item = nextItem(this.#body, last, this.#end);
    }
    this.#at = skipSpace(this.#body, last, this.#end) + 1;
  }

  #noteHit(opened: number, notes: ValueNotes): number {
    const body = this.#body;
    const end = this.#end;
    let last = opened + 1;
    let key = firstItem(body, opened, end);
    while (key !== -1) {
      const keyEnd = skipString(body, key, end);
      const from = valueAfterKey(body, keyEnd, end);
      const place = keys.find(body, key + 1, keyEnd - 1);
      const cell = place === -1 ? noCell : firstCell + place;
      if (cell === cells.source && this.#reader !== undefined) last = this.#noteSource(this.#reader, from, notes);
      else {
        last = skipValue(body, from, end);
        notes.note(values[place]?.[1] ?? any, cell, from, last);
      }
      key = nextItem(body, last, end);
    }
    return skipSpace(body, last, end) + 1;
  }

  #noteSource(reader: SourceReader, from: number, notes: ValueNotes): number {
    const before = notes.count;
    notes.begin(cells.source, from);
    const read = reader.note(this.#body, from, this.#end, notes);
    if (read !== -1) {
      notes.end(cells.source, read);
      return read;
    }
    const to = skipValue(this.#body, from, this.#end);
    notes.cutTo(before);
    notes.note(any, cells.source, from, to);
    // Good documents would pass for such ones.
    notes.isLayout = false;
    return to;
  }

  /** The hit whose values were found; undefined for a document that is not there. */
  #hit(row: ScannedRow, near: number): Hit | undefined {
    const body = this.#body;
    const from = row.start(cells.source);
    const to = row.end(cells.source);
    if (row.end(cells.error) !== 0) {
      const start = row.start(cells.error);
      const shown = body.toString("utf8", start, Math.min(row.end(cells.error), start + 300));
      throw new MalformedJson(`document not readable: ${shown}`, start);
    }
    if (row.end(cells.found) !== 0 && body[row.start(cells.found)] === letterF) return undefined;
    const id = this.#text(row, cells.id);
    if (id === "") throw new MalformedJson("hit without _id", near);
    const source = to === 0 ? noSource : new RawText(this.#whole, from, to, this.#isOneLine);
    const isRead = to !== 0 && row.isFoundByValues(cells.source);
    return {
      index: this.#text(row, cells.index),
      id,
      // Searches that sort by something else ask for `_seq_no`.
      seqNo: row.end(cells.seqNo) === 0 ? this.#sortedBy(row) : this.#integer(row, cells.seqNo, 0),
      primaryTerm: row.end(cells.primaryTerm) === 0 ? -1 : this.#integer(row, cells.primaryTerm, 0),
      version: row.end(cells.version) === 0 ? 0 : this.#integer(row, cells.version, 0),
      source,
      decoded: isRead ? this.#reader?.read(row, source, id) : undefined,
    };
  }

  #text(row: ScannedRow, cell: number): string {
    return row.text(cell) ?? readText(this.#body, row.start(cell), row.end(cell));
  }

  #sortedBy(row: ScannedRow): number {
    return row.end(cells.sort) === 0 ? -1 : this.#integer(row, cells.sort, 1);
  }

  /** `around`: bytes around the digits. */
  #integer(row: ScannedRow, cell: number, around: number): number {
    const value = row.integer(cell);
    return value >= 0 ? value : readDigits(this.#body, row.start(cell) + around, row.end(cell) - around);
  }
}
