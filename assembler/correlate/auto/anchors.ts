import { EndpointDensity, GapSamples, mostSamples } from "./endpoint-density";
import type { Links } from "./links";
import { type Anchor, atRequestStart } from "./request-model";

/** A call is worth being an anchor only if that many of the requests that have the one have the other. */
const leastTogether = 0.1;

export interface AnchoredSlot {
  readonly anchor: Anchor;
  readonly gap: EndpointDensity;
  readonly fromStart: EndpointDensity;
  /** Mean of -ln density of the calls' starts, those of requests that lack the anchor foretold from the request's start. */
  readonly entropy: number;
}

/**
 * For each slot the moment of its request that foretells the call's start best: the request's start, or start or end
 * of another slot's call. No slot hangs on itself, however far round; `order` has each after its anchor.
 */
export function chooseAnchors(links: Links, trusted?: Uint8Array): { of: AnchoredSlot[]; order: number[] } {
  const options = links.slots.map((_slot, slot) => optionsFor(links, slot, trusted));
  const best = options.map((list) => list.reduce((left, right) => (right.entropy < left.entropy ? right : left)));
  const chosen: AnchoredSlot[] = [];
  const order: number[] = [];
  const isPlaced = new Set([-1]);
  while (order.length < options.length) {
    const ready = (slot: number) => (options[slot] as AnchoredSlot[]).filter(({ anchor }) => isPlaced.has(anchor.slot));
    const rest = options.map((_list, slot) => slot).filter((slot) => !isPlaced.has(slot));
    const wished = rest.filter((slot) => isPlaced.has((best[slot] as AnchoredSlot).anchor.slot));
    const picks = (wished.length > 0 ? wished : rest).flatMap((slot) =>
      (wished.length > 0 ? [best[slot] as AnchoredSlot] : ready(slot)).map((option) => ({ slot, option })),
    );
    const pick = picks.reduce((left, right) => (right.option.entropy < left.option.entropy ? right : left));
    chosen[pick.slot] = pick.option;
    isPlaced.add(pick.slot);
    order.push(pick.slot);
  }
  return { of: chosen, order };
}

function optionsFor(links: Links, slot: number, trusted?: Uint8Array): AnchoredSlot[] {
  const { table } = links;
  const calls = links.callIn[slot] as Int32Array;
  const having: number[] = [];
  for (let request = 0; request < calls.length; request += 1)
    if (calls[request] !== -1 && trusted?.[request] !== 0) having.push(request);
  const step = Math.max(1, Math.ceil(having.length / mostSamples));
  const sampled = having.filter((_request, place) => place % step === 0);
  const densityFrom = (momentOf: (request: number) => number) => {
    const samples = new GapSamples(sampled.length);
    for (const request of sampled) {
      const moment = momentOf(request);
      if (moment < 0) continue;
      samples.add((table.callStart[calls[request] as number] as number) - moment, table.endpoint[request] as number);
    }
    return samples;
  };
  const learnt = (samples: GapSamples) => new EndpointDensity(samples, table.endpoints, table.resolution);
  const fromStart = learnt(densityFrom((request) => table.requestStart[request] as number));
  const options: AnchoredSlot[] = [{ anchor: atRequestStart, gap: fromStart, fromStart, entropy: fromStart.entropy }];
  for (let other = 0; other < links.slots.length; other += 1) {
    if (other === slot) continue;
    const others = links.callIn[other] as Int32Array;
    for (const atEnd of [true, false]) {
      const moments = atEnd ? table.callEnd : table.callStart;
      const samples = densityFrom((request) =>
        others[request] === -1 ? -1 : (moments[others[request] as number] as number),
      );
      if (samples.count === 0 || samples.count < leastTogether * sampled.length) continue;
      const gap = learnt(samples);
      const together = samples.count / sampled.length;
      const entropy = together * gap.entropy + (1 - together) * fromStart.entropy;
      options.push({ anchor: { slot: other, atEnd }, gap, fromStart, entropy });
    }
  }
  return options;
}
