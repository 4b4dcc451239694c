/**
 * Rows that one search may go through, after which it takes the nearest free column it came by: where costs are all
 * alike every row can be exchanged for any other, and which of them is exchanged makes no difference.
 */
const mostRowsSearched = 32;

/** Rows and the columns each may have, with costs: row `r` has the edges `from[r]` up to `from[r + 1]`. */
export interface SparseCosts {
  readonly rows: number;
  readonly columns: number;
  readonly from: Int32Array;
  readonly column: Int32Array;
  readonly cost: Float64Array;
}

/**
 * The assignment of rows to different columns with the least sum of costs, where a row may also stay without a column
 * at `unassigned`; answers each row's column or -1.
 *
 * Shortest augmenting paths, one row after another, each search ended at the first free column. Costs and candidates
 * are local in time, so a search sees a few neighbours only and the whole takes time in proportion to the edges.
 */
export function assign(costs: SparseCosts, unassigned: number): Int32Array {
  return new Assignment(costs, unassigned).solve();
}

class Assignment {
  readonly #columnOf: Int32Array;
  readonly #rowOf: Int32Array;
  /** Dual price of each column; reduced costs of all edges stay at or above those of the edges taken. */
  readonly #price: Float64Array;
  readonly #rowPrice: Float64Array;
  readonly #distance: Float64Array;
  readonly #reachedFrom: Int32Array;
  readonly #isDone: Uint8Array;
  readonly #heap: ColumnHeap;
  /** Of the columns reached in this search. */
  #nearestFree = -1;

  constructor(
    readonly costs: SparseCosts,
    readonly unassigned: number,
  ) {
    const { rows, columns } = costs;
    this.#columnOf = new Int32Array(rows).fill(-1);
    this.#rowOf = new Int32Array(columns).fill(-1);
    this.#price = new Float64Array(columns);
    this.#rowPrice = new Float64Array(rows);
    this.#distance = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.#reachedFrom = new Int32Array(columns).fill(-1);
    this.#isDone = new Uint8Array(columns);
    this.#heap = new ColumnHeap(this.#distance);
  }

  solve(): Int32Array {
    for (let row = 0; row < this.costs.rows; row += 1) this.#place(row);
    return this.#columnOf;
  }

  #place(first: number): void {
    const touched: number[] = [];
    const rowsDone: number[] = [first];
    const rowDistance: number[] = [0];
    // Best way to end with some row left unassigned: `bare` is that row.
    let bare = first;
    let bareAt = this.unassigned;
    let last = -1;
    let lastAt = 0;
    let row = first;
    let at = 0;
    this.#heap.clear();
    this.#nearestFree = -1;
    for (;;) {
      this.#relax(row, at - (row === first ? 0 : (this.#rowPrice[row] as number)), touched);
      const isFarEnough = rowsDone.length >= mostRowsSearched;
      const column = isFarEnough ? this.#nearestFree : this.#heap.pop(this.#isDone);
      const distance = column < 0 ? Number.POSITIVE_INFINITY : (this.#distance[column] as number);
      if (distance >= bareAt) break;
      this.#isDone[column] = 1;
      if (this.#rowOf[column] === -1) {
        last = column;
        lastAt = distance;
        break;
      }
      row = this.#rowOf[column] as number;
      at = distance;
      rowsDone.push(row);
      rowDistance.push(at);
      const bareHere = at + this.unassigned - (this.#rowPrice[row] as number);
      if (bareHere < bareAt) {
        bareAt = bareHere;
        bare = row;
      }
    }
    const total = last >= 0 ? lastAt : bareAt;
    for (const column of touched) {
      const distance = this.#distance[column] as number;
      if (this.#isDone[column] === 1 && distance < total) {
        this.#price[column] = (this.#price[column] as number) + distance - total;
      }
      this.#isDone[column] = 0;
      this.#distance[column] = Number.POSITIVE_INFINITY;
    }
    for (let place = 0; place < rowsDone.length; place += 1) {
      const done = rowsDone[place] as number;
      this.#rowPrice[done] = (this.#rowPrice[done] as number) + total - (rowDistance[place] as number);
    }
    if (last >= 0) this.#augment(last, first);
    else this.#leaveBare(bare, first);
  }

  #relax(row: number, offset: number, touched: number[]): void {
    const { from, column: columns, cost } = this.costs;
    const end = from[row + 1] as number;
    for (let edge = from[row] as number; edge < end; edge += 1) {
      const column = columns[edge] as number;
      if (this.#isDone[column] === 1) continue;
      const distance = offset + (cost[edge] as number) - (this.#price[column] as number);
      if (distance >= (this.#distance[column] as number)) continue;
      if (this.#distance[column] === Number.POSITIVE_INFINITY) touched.push(column);
      this.#distance[column] = distance;
      this.#reachedFrom[column] = row;
      this.#heap.push(column);
      if (this.#rowOf[column] !== -1) continue;
      if (this.#nearestFree < 0 || distance < (this.#distance[this.#nearestFree] as number)) this.#nearestFree = column;
    }
  }

  #augment(last: number, first: number): void {
    for (let column = last; ; ) {
      const row = this.#reachedFrom[column] as number;
      const before = this.#columnOf[row] as number;
      this.#columnOf[row] = column;
      this.#rowOf[column] = row;
      if (row === first) return;
      column = before;
    }
  }

  /** `bare` gives its column up, which is passed on along the path that led there. */
  #leaveBare(bare: number, first: number): void {
    if (bare === first) return;
    const column = this.#columnOf[bare] as number;
    this.#columnOf[bare] = -1;
    this.#augment(column, first);
  }
}

/** Columns by distance. A column may be in it several times; those done already are passed over. */
class ColumnHeap {
  #columns: number[] = [];
  #keys: number[] = [];

  constructor(readonly distance: Float64Array) {}

  clear(): void {
    this.#columns.length = 0;
    this.#keys.length = 0;
  }

  push(column: number): void {
    const key = this.distance[column] as number;
    let place = this.#columns.length;
    this.#columns.push(column);
    this.#keys.push(key);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((this.#keys[above] as number) <= key) break;
      this.#columns[place] = this.#columns[above] as number;
      this.#keys[place] = this.#keys[above] as number;
      place = above;
    }
    this.#columns[place] = column;
    this.#keys[place] = key;
  }

  /** The nearest column not done, -1 when there is none. */
  pop(isDone: Uint8Array): number {
    while (this.#columns.length > 0) {
      const column = this.#columns[0] as number;
      const lastColumn = this.#columns.pop() as number;
      const lastKey = this.#keys.pop() as number;
      if (this.#columns.length > 0) this.#sink(lastColumn, lastKey);
      if (isDone[column] === 0) return column;
    }
    return -1;
  }

  #sink(column: number, key: number): void {
    const size = this.#columns.length;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= size) break;
      if (below + 1 < size && (this.#keys[below + 1] as number) < (this.#keys[below] as number)) below += 1;
      if ((this.#keys[below] as number) >= key) break;
      this.#columns[place] = this.#columns[below] as number;
      this.#keys[place] = this.#keys[below] as number;
      place = below;
    }
    this.#columns[place] = column;
    this.#keys[place] = key;
  }
}
