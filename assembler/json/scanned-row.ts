import { layoutScan, layoutScanPlaces as places, layoutScanSizes as sizes, valueKinds } from "../wasm/layout-scan";
import { knownTexts } from "./known-texts";
import type { ValueNotes } from "./value-notes";

const words = new Int32Array(layoutScan.memory.buffer);
const longs = new BigInt64Array(layoutScan.memory.buffer);

/** In i32. */
const cellWords = 4;
const rowWords = sizes.cells * cellWords;
const firstRow = places.rows >> 2;

/**
 * Values of one document, found by a scan and valid until the next one. A value that is not simply what its cell is for
 * (another type, a text with escapes or of other than ASCII characters, more digits, null) has to be read from its bytes.
 */
export class ScannedRow {
  /** Those that its documents lie in. */
  bytes: Buffer = Buffer.alloc(0);
  #at = firstRow;

  /** Chooses one of the documents that were found. */
  select(row: number): void {
    this.#at = firstRow + row * rowWords;
  }

  start(cell: number): number {
    return words[this.#at + cell * cellWords] as number;
  }

  /** Index after the value; 0 = absent. */
  end(cell: number): number {
    return words[this.#at + cell * cellWords + 1] as number;
  }

  /** "" when absent; undefined if it has to be read from its bytes. */
  text(cell: number): string | undefined {
    const slot = words[this.#at + cell * cellWords + 2] as number;
    return slot < 0 ? undefined : knownTexts[slot];
  }

  /** 0 when absent; -1 if it has to be read from its bytes. */
  integer(cell: number): number {
    const low = words[this.#at + cell * cellWords + 2] as number;
    const high = words[this.#at + cell * cellWords + 3] as number;
    // Small ones stay integers to the engine: others are objects of their own.
    return high === 0 && low >= 0 ? low : high < 0 ? -1 : high * 0x1_0000_0000 + (low >>> 0);
  }

  /** 0n when absent; -1n if it has to be read from its bytes. */
  long(cell: number): bigint {
    return longs[(this.#at + cell * cellWords + 2) >> 1] as bigint;
  }

  /** Whether what lies there is several values, which were found one by one. */
  isFoundByValues(cell: number): boolean {
    return words[this.#at + cell * cellWords + 2] === 0;
  }

  /** Takes values that were found by their keys: all of them are to be read from their bytes. */
  fill(notes: ValueNotes): void {
    this.select(0);
    words.fill(0, this.#at, this.#at + rowWords);
    for (let place = 0; place < notes.count; place += 1) {
      const at = this.#at + (notes.cells[place] as number) * cellWords;
      const kind = notes.kinds[place];
      if (kind !== valueKinds.end) words[at] = notes.starts[place] as number;
      if (kind !== valueKinds.begin) words[at + 1] = notes.ends[place] as number;
      if (kind !== valueKinds.begin && kind !== valueKinds.end) words.fill(-1, at + 2, at + cellWords);
    }
  }
}
