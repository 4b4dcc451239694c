import type { EndpointDensity } from "./endpoint-density";
import type { Links, Slot } from "./links";
import type { PairEvidence } from "./pair-evidence";

/** What the start of a slot's call is foretold from: the request's start (slot -1), or another slot's call. */
export interface Anchor {
  readonly slot: number;
  readonly atEnd: boolean;
}

export const atRequestStart: Anchor = { slot: -1, atEnd: false };

/** What was learnt about one slot. */
export interface SlotModel {
  readonly anchor: Anchor;
  /** Gap from the anchor to the call's start. */
  readonly gap: EndpointDensity;
  /** Gap from the request's start, for requests that lack the anchor. */
  readonly fromStart: EndpointDensity;
  /** ln P(call in the slot) and ln P(none), by endpoint, for requests that lack the anchor, then for those with it. */
  readonly present: Float64Array;
  readonly absent: Float64Array;
  /** Slots anchored at this one's call. */
  readonly dependents: readonly number[];
  /** Odds (ln) that calls keep the order of their anchors where times alone would not say. */
  readonly orderOdds: number;
}

/**
 * How likely a request is to have had just the calls given to it:
 *
 *     P(request) = product over its slots of P(call or none | anchor) · p(gap from the anchor)
 *                · p(request's end - its last call's end), or p(duration) where it made no call
 */
export class RequestModel {
  constructor(
    readonly links: Links,
    readonly slots: readonly SlotModel[],
    /** Slots, each after its anchor. */
    readonly order: readonly number[],
    readonly response: EndpointDensity,
    readonly duration: EndpointDensity,
    readonly evidence: PairEvidence,
  ) {}

  /** ln P of what slot `slot` of `request` holds: `call`, or none (-1), given the anchor's call (-1 = none). */
  own(request: number, slot: number, call: number, anchorCall: number): number {
    const { table } = this.links;
    const model = this.slots[slot] as SlotModel;
    const endpoint = table.endpoint[request] as number;
    const isAnchored = model.anchor.slot < 0 || anchorCall >= 0;
    const at = isAnchored ? endpoint + table.endpoints : endpoint;
    if (call < 0) return model.absent[at] as number;
    const start = table.callStart[call] as number;
    let sum = model.present[at] as number;
    if (!isAnchored || model.anchor.slot < 0) {
      const density = isAnchored ? model.gap : model.fromStart;
      sum += density.logAt(endpoint, start - (table.requestStart[request] as number));
    } else {
      const from = model.anchor.atEnd ? table.callEnd[anchorCall] : table.callStart[anchorCall];
      sum += model.gap.logAt(endpoint, start - (from as number));
    }
    return sum + this.evidence.ofCall(slot, request, call, anchorCall, model.anchor.atEnd);
  }

  /** ln P of the request's end, given the call of it that ended last (-1 = it made none). */
  ending(request: number, lastCall: number): number {
    const { table } = this.links;
    const endpoint = table.endpoint[request] as number;
    const end = table.requestEnd[request] as number;
    if (lastCall < 0) return this.duration.logAt(endpoint, end - (table.requestStart[request] as number));
    return (
      this.response.logAt(endpoint, end - (table.callEnd[lastCall] as number)) +
      this.evidence.ofEnding(request, lastCall)
    );
  }

  /** The call at which a slot is anchored, as the links have it now. */
  anchorCall(request: number, slot: number): number {
    const { anchor } = this.slots[slot] as SlotModel;
    return anchor.slot < 0 ? -1 : ((this.links.callIn[anchor.slot] as Int32Array)[request] as number);
  }

  /** ln P of all that changes when slot `slot` of `request` holds `call` (-1 = none), but for the request's end. */
  withCall(request: number, slot: number, call: number): number {
    const { links } = this;
    let sum = this.own(request, slot, call, this.anchorCall(request, slot));
    for (const dependent of (this.slots[slot] as SlotModel).dependents) {
      sum += this.own(request, dependent, (links.callIn[dependent] as Int32Array)[request] as number, call);
    }
    return call >= 0 ? sum + this.#noneAfter(request, slot) : sum;
  }

  /** ln P of `request` if it had exactly the calls of request `holder` (-1 = none at all). */
  withCallsOf(request: number, holder: number): number {
    let sum = 0;
    let last = -1;
    for (const slot of this.order) {
      const before = this.#slotBefore(slot);
      if (before >= 0 && (holder < 0 || (this.links.callIn[before] as Int32Array)[holder] === -1)) continue;
      const call = holder < 0 ? -1 : ((this.links.callIn[slot] as Int32Array)[holder] as number);
      sum += this.own(request, slot, call, holder < 0 ? -1 : this.anchorCall(holder, slot));
      last = later(this.links, last, call);
    }
    return sum + this.ending(request, last);
  }

  /** ln P of all requests with the calls they have. */
  total(): number {
    let sum = 0;
    for (let request = 0; request < this.links.table.requestStart.length; request += 1) {
      sum += this.withCallsOf(request, request);
    }
    return sum;
  }

  /** ln P that a slot is the last of its callee's in use; 0 where it is not. */
  #noneAfter(request: number, slot: number): number {
    const { callee, ordinal } = this.links.slots[slot] as Slot;
    const next = this.links.slotsOf[callee]?.[ordinal + 1];
    if (next === undefined || (this.links.callIn[next] as Int32Array)[request] !== -1) return 0;
    return this.own(request, next, -1, this.anchorCall(request, next));
  }

  /** The slot for the call before to the same callee, -1 = none. */
  #slotBefore(slot: number): number {
    const { callee, ordinal } = this.links.slots[slot] as Slot;
    return ordinal === 0 ? -1 : (this.links.slotsOf[callee]?.[ordinal - 1] as number);
  }

  /** The request's call that ends last, not counting slot `but`; -1 = none. */
  lastCall(request: number, but: number): number {
    let last = -1;
    for (let slot = 0; slot < this.slots.length; slot += 1) {
      if (slot !== but) last = later(this.links, last, (this.links.callIn[slot] as Int32Array)[request] as number);
    }
    return last;
  }
}

/** The one of two calls that ends last; -1 = none. */
export function later({ table }: Links, left: number, right: number): number {
  if (left < 0) return right;
  if (right < 0) return left;
  return (table.callEnd[right] as number) > (table.callEnd[left] as number) ? right : left;
}
