import { layoutScanSizes, type ValueKind, valueKinds } from "../wasm/layout-scan";

/** Of values that nobody asks for: the last of a row. */
export const noCell = layoutScanSizes.cells - 1;

/**
 * The values of one document in their order, found by its keys: of each its kind, the cell it is for, and the bytes
 * [start, end) it lies at.
 */
export class ValueNotes {
  readonly kinds: ValueKind[] = [];
  readonly cells: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** Whether others laid out the same may be read as these values. */
  isLayout = true;

  get count(): number {
    return this.kinds.length;
  }

  note(kind: ValueKind, cell: number, start: number, end: number): void {
    this.kinds.push(kind);
    this.cells.push(cell);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** Something of several values, noted one by one, begins here. */
  begin(cell: number, at: number): void {
    this.note(valueKinds.begin, cell, at, at);
  }

  end(cell: number, at: number): void {
    this.note(valueKinds.end, cell, at, at);
  }

  /** Forgets all but the first `count`. */
  cutTo(count: number): void {
    for (const list of [this.kinds, this.cells, this.starts, this.ends]) list.length = count;
  }

  clear(): void {
    this.cutTo(0);
    this.isLayout = true;
  }
}
