import type { Candidates } from "./candidates";
import { byAnchorTime } from "./order";
import { later, type RequestModel, type SlotModel } from "./request-model";
import type { SparseCosts } from "./sparse-assignment";

/**
 * Cost of leaving a call without a request, as -ln P: more than any likely pair costs, so that a call is left over only
 * where its request must have been lost.
 */
export const unassignedCost = 30;

/**
 * What it costs to give each of a callee's calls to each of its candidates, as -ln P with the call against without it,
 * all other callees' calls staying where they are. Column `request * places + ordinal`.
 */
export function costsOfCallee(
  model: RequestModel,
  candidates: Candidates,
  callee: number,
  calls: Int32Array,
): SparseCosts {
  const { links } = model;
  const slots = links.slotsOf[callee] as number[];
  const requests = links.table.requestStart.length;
  const places = calls.length === 0 ? [] : slots.map((slot) => new PlaceCosts(model, slot));
  const capacity =
    calls.reduce((sum, call) => sum + (candidates.from[call + 1] as number) - (candidates.from[call] as number), 0) *
    slots.length;
  const from = new Int32Array(calls.length + 1);
  const column = new Int32Array(capacity);
  const cost = new Float64Array(capacity);
  let size = 0;
  for (let row = 0; row < calls.length; row += 1) {
    const call = calls[row] as number;
    for (let edge = candidates.from[call] as number; edge < (candidates.from[call + 1] as number); edge += 1) {
      const request = candidates.request[edge] as number;
      const open = Math.min(slots.length, slots.length === 1 ? 1 : links.countOf(callee, request) + 1);
      for (let ordinal = 0; ordinal < open; ordinal += 1) {
        column[size] = request * slots.length + ordinal;
        cost[size] = (places[ordinal] as PlaceCosts).of(request, call);
        size += 1;
      }
    }
    from[row + 1] = size;
  }
  return { rows: calls.length, columns: requests * slots.length, from, column, cost };
}

/** Costs of calls in one slot. */
class PlaceCosts {
  /** By request, once it was asked for: ln P without a call in the slot, its end apart. */
  readonly #without: Float64Array;
  readonly #lastOther: Int32Array;
  readonly #endingWithout: Float64Array;
  readonly #ranks: Ranks | undefined;

  constructor(
    readonly model: RequestModel,
    readonly slot: number,
  ) {
    const { links, slots } = model;
    const requests = links.table.requestStart.length;
    this.#without = new Float64Array(requests).fill(Number.NaN);
    this.#lastOther = new Int32Array(requests);
    this.#endingWithout = new Float64Array(requests);
    const { orderOdds } = slots[slot] as SlotModel;
    this.#ranks = orderOdds > 0 ? new Ranks(model, slot) : undefined;
  }

  of(request: number, call: number): number {
    const { model, slot } = this;
    let without = this.#without[request] as number;
    if (Number.isNaN(without)) {
      const last = model.lastCall(request, slot);
      without = model.withCall(request, slot, -1);
      this.#lastOther[request] = last;
      this.#endingWithout[request] = model.ending(request, last);
      this.#without[request] = without;
    }
    const lastOther = this.#lastOther[request] as number;
    const isLast = later(model.links, lastOther, call) === call;
    const ending = isLast ? model.ending(request, call) - (this.#endingWithout[request] as number) : 0;
    const gain = model.withCall(request, slot, call) - without + ending;
    return (this.#ranks?.displacement(request, call) ?? 0) - gain;
  }
}

/**
 * What tells calls apart where all else is alike: less than any gap says, more than rounding. First come then gets the
 * first.
 */
const indifference = 1e-6;

/**
 * Where requests stand among those with a call in a slot, and their calls among these calls. Those of one moment have no
 * order: each stands at all of their places.
 */
export class Ranks {
  readonly #ofRequest: Standing;
  readonly #ofCall: Standing;
  readonly #odds: number;

  constructor(model: RequestModel, slot: number) {
    const { links, slots } = model;
    const { anchor, orderOdds } = slots[slot] as SlotModel;
    this.#odds = orderOdds / 2;
    const { requests, at } = byAnchorTime(links, slot, anchor);
    this.#ofRequest = new Standing(requests, at);
    const calls: number[] = [];
    for (let call = 0; call < links.slotOf.length; call += 1) if (links.slotOf[call] === slot) calls.push(call);
    this.#ofCall = new Standing(calls, links.table.callStart);
  }

  has(request: number, call: number): boolean {
    return this.#ofRequest.place[request] !== -1 && this.#ofCall.place[call] !== -1;
  }

  /** Cost of a call standing elsewhere in its order than the request in its own. */
  displacement(request: number, call: number): number {
    const asked = this.#ofRequest;
    const called = this.#ofCall;
    const place = asked.place[request] as number;
    const turn = called.place[call] as number;
    if (place < 0 || turn < 0) return 0;
    const early = (asked.first[request] as number) - (called.last[call] as number);
    const late = (called.first[call] as number) - (asked.last[request] as number);
    return this.#odds * Math.max(0, early, late) + indifference * Math.abs(place - turn);
  }
}

/** Places in an order by time, -1 for what is not in it; of all that is of one moment also the first and the last. */
class Standing {
  readonly place: Int32Array;
  readonly first: Int32Array;
  readonly last: Int32Array;

  constructor(ordered: ArrayLike<number>, at: Float64Array) {
    this.place = new Int32Array(at.length).fill(-1);
    let isAnyTied = false;
    for (let place = 0; place < ordered.length; place += 1) {
      this.place[ordered[place] as number] = place;
      isAnyTied ||= place > 0 && at[ordered[place] as number] === at[ordered[place - 1] as number];
    }
    this.first = isAnyTied ? this.place.slice() : this.place;
    this.last = isAnyTied ? this.place.slice() : this.place;
    if (!isAnyTied) return;
    const isTied = (left: number, right: number) => at[ordered[left] as number] === at[ordered[right] as number];
    for (let place = 1; place < ordered.length; place += 1) {
      if (isTied(place - 1, place))
        this.first[ordered[place] as number] = this.first[ordered[place - 1] as number] as number;
    }
    for (let place = ordered.length - 2; place >= 0; place -= 1) {
      if (isTied(place, place + 1))
        this.last[ordered[place] as number] = this.last[ordered[place + 1] as number] as number;
    }
  }
}
