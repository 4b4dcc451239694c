import type { TrafficTable } from "./traffic-table";

/** A place that a request has for a call: its first call to a callee, its second, and so on. */
export interface Slot {
  readonly callee: number;
  /** 0 = the first. */
  readonly ordinal: number;
}

/**
 * Which call serves which request, while it is being worked out. A request's calls to one callee stand in its slots for
 * that callee in the order of time, without gaps.
 */
export class Links {
  readonly slots: Slot[] = [];
  /** Slots of each callee, by ordinal. */
  readonly slotsOf: number[][];
  /** By slot, then request: the call in it, -1 = none. */
  readonly callIn: Int32Array[] = [];
  /** By call; -1 = none. */
  readonly requestOf: Int32Array;
  readonly slotOf: Int32Array;

  /** `places`: how many calls to each callee a request may have. */
  constructor(
    readonly table: TrafficTable,
    places: Int32Array,
  ) {
    this.requestOf = new Int32Array(table.callStart.length).fill(-1);
    this.slotOf = new Int32Array(table.callStart.length).fill(-1);
    this.slotsOf = Array.from(places, (count, callee) =>
      Array.from({ length: count }, (_, ordinal) => this.#addSlot(callee, ordinal)),
    );
  }

  /** How many calls to a callee a request has. */
  countOf(callee: number, request: number): number {
    const slots = this.slotsOf[callee] as number[];
    let count = 0;
    while (count < slots.length && (this.callIn[slots[count] as number] as Int32Array)[request] !== -1) count += 1;
    return count;
  }

  /** Takes all calls to a callee from their requests. */
  clear(callee: number, calls: Int32Array): void {
    for (const slot of this.slotsOf[callee] as number[]) (this.callIn[slot] as Int32Array).fill(-1);
    for (const call of calls) {
      this.requestOf[call] = -1;
      this.slotOf[call] = -1;
    }
  }

  /** Gives a request a call that is later than those to the same callee that it has. */
  give(request: number, call: number): void {
    const callee = this.table.callee[call] as number;
    const slot = (this.slotsOf[callee] as number[])[this.countOf(callee, request)] as number;
    (this.callIn[slot] as Int32Array)[request] = call;
    this.requestOf[call] = request;
    this.slotOf[call] = slot;
  }

  /** Whether a request may have one more call to the callee of a call. */
  hasPlace(request: number, call: number): boolean {
    const callee = this.table.callee[call] as number;
    return this.countOf(callee, request) < (this.slotsOf[callee] as number[]).length;
  }

  /** Gives a request that has a place for it a call, among its other calls to the same callee where time puts it. */
  insert(request: number, call: number): void {
    const slots = this.slotsOf[this.table.callee[call] as number] as number[];
    this.requestOf[call] = request;
    let placed = call;
    for (const slot of slots) {
      const calls = this.callIn[slot] as Int32Array;
      const held = calls[request] as number;
      if (held !== -1 && held < placed) continue;
      calls[request] = placed;
      this.slotOf[placed] = slot;
      if (held === -1) return;
      placed = held;
    }
  }

  /** Takes a call from its request, whose later ones to the same callee move up. */
  take(call: number): void {
    const request = this.requestOf[call] as number;
    const slots = this.slotsOf[this.table.callee[call] as number] as number[];
    for (let ordinal = (this.slotOf[call] as number) - (slots[0] as number); ordinal < slots.length; ordinal += 1) {
      const slot = slots[ordinal] as number;
      const next = this.callIn[slots[ordinal + 1] ?? -1]?.[request] ?? -1;
      (this.callIn[slot] as Int32Array)[request] = next;
      if (next !== -1) this.slotOf[next] = slot;
    }
    this.requestOf[call] = -1;
    this.slotOf[call] = -1;
  }

  #addSlot(callee: number, ordinal: number): number {
    this.slots.push({ callee, ordinal });
    this.callIn.push(new Int32Array(this.table.requestStart.length).fill(-1));
    return this.slots.length - 1;
  }
}

/** Calls by callee, each list in the order of time. */
export function callsByCallee(table: TrafficTable): Int32Array[] {
  const lists: number[][] = Array.from({ length: table.callees }, () => []);
  for (let call = 0; call < table.callee.length; call += 1) lists[table.callee[call] as number]?.push(call);
  return lists.map((list) => Int32Array.from(list));
}
