import type { Candidates } from "./candidates";
import { byAnchorTime } from "./order";
import type { RequestModel, SlotModel } from "./request-model";
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
  const places = slots.map((slot) => new PlaceCosts(model, slot));
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
  readonly #without: Float64Array;
  readonly #lastOther: Int32Array;
  readonly #ranks: Ranks | undefined;

  constructor(
    readonly model: RequestModel,
    readonly slot: number,
  ) {
    const { links, slots } = model;
    this.#without = new Float64Array(links.table.requestStart.length).fill(Number.NaN);
    this.#lastOther = new Int32Array(links.table.requestStart.length);
    const { orderOdds } = slots[slot] as SlotModel;
    this.#ranks = orderOdds > 0 ? new Ranks(model, slot) : undefined;
  }

  of(request: number, call: number): number {
    const { model, slot } = this;
    let without = this.#without[request] as number;
    if (Number.isNaN(without)) {
      const last = model.lastCall(request, slot);
      without = model.withCall(request, slot, -1, last);
      this.#lastOther[request] = last;
      this.#without[request] = without;
    }
    const gain = model.withCall(request, slot, call, this.#lastOther[request] as number) - without;
    return (this.#ranks?.displacement(request, call) ?? 0) - gain;
  }
}

/** Where requests stand among those with a call in a slot, and their calls among these calls. */
export class Ranks {
  readonly #ofRequest: Int32Array;
  readonly #ofCall: Map<number, number> | Int32Array;
  readonly #odds: number;

  constructor(model: RequestModel, slot: number) {
    const { links, slots } = model;
    const { anchor, orderOdds } = slots[slot] as SlotModel;
    this.#odds = orderOdds / 2;
    const calls = links.callIn[slot] as Int32Array;
    const { requests } = byAnchorTime(links, slot, anchor);
    this.#ofRequest = new Int32Array(calls.length).fill(-1);
    for (let rank = 0; rank < requests.length; rank += 1) this.#ofRequest[requests[rank] as number] = rank;
    this.#ofCall = new Int32Array(links.requestOf.length).fill(-1);
    let rank = 0;
    for (let call = 0; call < links.slotOf.length; call += 1) {
      if (links.slotOf[call] !== slot) continue;
      this.#ofCall[call] = rank;
      rank += 1;
    }
  }

  /** Cost of a call standing elsewhere in its order than the request in its own. */
  displacement(request: number, call: number): number {
    const ofRequest = this.#ofRequest[request] as number;
    const ofCall = (this.#ofCall as Int32Array)[call] as number;
    return ofRequest < 0 || ofCall < 0 ? 0 : this.#odds * Math.abs(ofRequest - ofCall);
  }
}
