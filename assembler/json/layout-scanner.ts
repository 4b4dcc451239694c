import { layoutScan, layoutScanPlaces as places, layoutScanSizes as sizes, valueKinds } from "../wasm/layout-scan";
import { knownTexts, takeInsertions } from "./known-texts";
import { ScannedRow } from "./scanned-row";
import { noCell, ValueNotes } from "./value-notes";

/** An agent writes few different kinds of documents. */
const layoutsEach = 4;
const bytesInMemory = new Uint8Array(layoutScan.memory.buffer);
const words = new Int32Array(layoutScan.memory.buffer);

/** Finds the values of the document that begins at `start` by its keys. Returns the index after it. Throws MalformedJson. */
export type NoteValues = (bytes: Buffer, start: number, end: number, notes: ValueNotes) => number;

const nothing = Buffer.alloc(0);
/** What the chunk holds: bytes [origin, until) of these. */
let loaded: Buffer = nothing;
let origin = 0;
let until = 0;
let nextLayout = 0;

/**
 * Finds the values of documents of one sort, which all have the same cells. A document's values are found by its keys
 * only if it is laid out like none of the latest four that were: an agent's documents differ in their values alone, so
 * that comparing the bytes between them does for most what reading keys would do, at a tenth of the cost.
 */
export class LayoutScanner {
  /** The document of the latest `find`'s that `row.select` chose. */
  readonly row = new ScannedRow();
  /** Index after the last document of the latest `find`. */
  after = 0;

  readonly #cells: number;
  readonly #first: number;
  readonly #notes = new ValueNotes();
  #learnt = 0;

  /** `cells`: how many cells there are, from 0 on. */
  constructor(cells: number) {
    const isRoom = cells <= noCell && nextLayout + layoutsEach <= sizes.layouts;
    if (!isRoom) throw new Error(`no room for ${cells} cells or another scanner; see layout-scan.as.ts`);
    this.#cells = cells;
    this.#first = nextLayout;
    nextLayout += layoutsEach;
  }

  /**
   * Finds the values of the document at `start`, and of those that follow it parted by commas alone, as long as they are
   * laid out like ones before. Returns how many documents there are, at least one; all before `end`, and at most `most`.
   */
  find(bytes: Buffer, start: number, end: number, most: number, note: NoteValues): number {
    this.row.bytes = bytes;
    const rows = this.#scan(bytes, start, end, most);
    if (rows > 0) return rows;
    const notes = this.#notes;
    notes.clear();
    const after = note(bytes, start, end, notes);
    if (notes.isLayout) {
      this.#learn(bytes, start, after);
      const known = this.#scan(bytes, start, end, most);
      if (known > 0) return known;
    }
    this.after = after;
    this.row.fill(notes);
    return 1;
  }

  #scan(bytes: Buffer, start: number, end: number, most: number): number {
    if (loaded !== bytes || start < origin || start >= until) load(bytes, start, end);
    const rows = this.#scanLoaded(start, end, most);
    if (rows > 0 || start === origin || until >= end) return rows;
    load(bytes, start, end);
    return this.#scanLoaded(start, end, most);
  }

  #scanLoaded(start: number, end: number, most: number): number {
    const last = Math.min(until, end);
    const rows = layoutScan.scan(this.#first, layoutsEach, start, origin, last, Math.min(most, sizes.mostRows));
    takeInsertions(loaded);
    this.row.select(0);
    this.after = words[places.results >> 2] as number;
    return rows;
  }

  /** Takes note of how a document is laid out, in place of what was learnt longest ago. */
  #learn(bytes: Buffer, start: number, after: number): void {
    const notes = this.#notes;
    const isAbsent = new Uint8Array(this.#cells).fill(1);
    for (const cell of notes.cells) isAbsent[cell] = 0;
    const absent = isAbsent.reduce((count, is) => count + is, 0);
    const layout = places.layouts + (this.#first + this.#learnt) * sizes.layoutBytes;
    const values = notes.count + absent;
    if (values > sizes.mostValues) return;
    let value = (layout + sizes.layoutHead) >> 2;
    let template = layout + sizes.layoutHead + sizes.mostValues * sizes.valueBytes;
    const longest = template + sizes.longestTemplate;
    words[(layout >> 2) + 1] = 0;
    let from = start;
    for (let place = 0; place < notes.count; place += 1) {
      const to = notes.starts[place] as number;
      if (template + to - from > longest) return;
      bytesInMemory.set(bytes.subarray(from, to), template);
      template += to - from;
      words[value] = to - from;
      words[value + 1] = notes.kinds[place] as number;
      words[value + 2] = notes.cells[place] as number;
      value += sizes.valueBytes >> 2;
      from = notes.ends[place] as number;
    }
    if (template + after - from > longest) return;
    bytesInMemory.set(bytes.subarray(from, after), template);
    for (let cell = 0; cell < this.#cells; cell += 1) {
      if (isAbsent[cell] === 0) continue;
      words[value] = 0;
      words[value + 1] = valueKinds.absent;
      words[value + 2] = cell;
      value += sizes.valueBytes >> 2;
    }
    words[layout >> 2] = after - from;
    words[(layout >> 2) + 1] = values;
    this.#learnt = (this.#learnt + 1) % layoutsEach;
  }
}

/** The text of printable ASCII between the bytes at `start` and `after` - 1, without escapes. */
export function plainText(bytes: Buffer, start: number, after: number): string {
  if (loaded === bytes && start >= origin && after <= until) {
    const slot = layoutScan.know(start, after);
    takeInsertions(bytes);
    if (slot >= 0) return knownTexts[slot] as string;
  }
  return bytes.toString("latin1", start + 1, after - 1);
}

/** As many bytes from `start` on as the chunk holds. */
function load(bytes: Buffer, start: number, end: number): void {
  until = Math.min(end, start + sizes.chunkBytes);
  origin = start;
  loaded = bytes;
  bytesInMemory.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, until - start), places.chunk);
}
