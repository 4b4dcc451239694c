import { chooseAnchors } from "./anchors";
import type { Candidates } from "./candidates";
import { EndpointDensity, GapSamples, mostSamples } from "./endpoint-density";
import type { Links, Slot } from "./links";
import { orderOdds } from "./order";
import { IdentifierSharing, type PairEvidence, StateCounts } from "./pair-evidence";
import { RequestModel, type SlotModel } from "./request-model";

/**
 * Learns the model from the links as they are now; `withOrder` false where they are a first guess, then from the
 * `trusted` requests only.
 */
export function learn(
  links: Links,
  candidates: Candidates,
  evidence: PairEvidence,
  withOrder: boolean,
  trusted?: Uint8Array,
): RequestModel {
  const { table } = links;
  const anchors = chooseAnchors(links, trusted);
  const slots = links.slots.map((_slot, place): SlotModel => {
    const { anchor, gap, fromStart } = anchors.of[place] as (typeof anchors.of)[number];
    const dependents = links.slots.flatMap((_other, other) =>
      anchors.of[other]?.anchor.slot === place ? [other] : [],
    );
    const odds = withOrder ? orderOdds(links, place, anchor) : 0;
    return { anchor, gap, fromStart, ...presence(links, place, anchor.slot, trusted), dependents, orderOdds: odds };
  });
  const requests = table.requestStart.length;
  const capacity = Math.min(requests, mostSamples);
  const response = new GapSamples(capacity);
  const duration = new GapSamples(capacity);
  const model = (ending: EndpointDensity, whole: EndpointDensity) =>
    new RequestModel(links, slots, anchors.order, ending, whole, evidence);
  const empty = new EndpointDensity(new GapSamples(0), table.endpoints, table.resolution);
  const draft = model(empty, empty);
  const step = Math.max(1, Math.ceil(requests / mostSamples));
  for (let request = 0; request < requests; request += step) {
    if (trusted?.[request] === 0) continue;
    const end = table.requestEnd[request] as number;
    const endpoint = table.endpoint[request] as number;
    const last = draft.lastCall(request, -1);
    if (last < 0) duration.add(end - (table.requestStart[request] as number), endpoint);
    else response.add(end - (table.callEnd[last] as number), endpoint);
  }
  const densities = [response, duration].map((gaps) => new EndpointDensity(gaps, table.endpoints, table.resolution));
  const learnt = model(densities[0] as EndpointDensity, densities[1] as EndpointDensity);
  evidence.doesLatestTell = withOrder;
  learnPairOdds(learnt, candidates, evidence);
  return learnt;
}

/** ln P(call in the slot) and of none, without the anchor (first half, by endpoint) and with it (second half). */
function presence(
  links: Links,
  slot: number,
  anchor: number,
  trusted: Uint8Array | undefined,
): { present: Float64Array; absent: Float64Array } {
  const { table } = links;
  const { ordinal } = links.slots[slot] as Slot;
  const calls = links.callIn[slot] as Int32Array;
  const anchorCalls = links.callIn[anchor];
  const having = new Float64Array(2 * table.endpoints).fill(0.5);
  const lacking = new Float64Array(2 * table.endpoints).fill(0.5);
  const before =
    ordinal === 0 ? undefined : links.callIn[links.slotsOf[(links.slots[slot] as Slot).callee]?.[ordinal - 1] ?? -1];
  for (let request = 0; request < calls.length; request += 1) {
    if (trusted?.[request] === 0) continue;
    // A second call can only be missing where there was a first.
    if (before !== undefined && before[request] === -1) continue;
    const at =
      (table.endpoint[request] as number) +
      (anchorCalls === undefined || anchorCalls[request] !== -1 ? table.endpoints : 0);
    const counts = calls[request] === -1 ? lacking : having;
    counts[at] = (counts[at] as number) + 1;
  }
  const share = (part: Float64Array) =>
    part.map((count, at) => Math.log(count / ((having[at] as number) + (lacking[at] as number))));
  return { present: share(having), absent: share(lacking) };
}

function learnPairOdds(model: RequestModel, candidates: Candidates, evidence: PairEvidence): void {
  const { links } = model;
  if (!evidence.hasThreads && evidence.sharing.isEmpty) return;
  const threads = links.slots.map(() => new StateCounts());
  const ending = new StateCounts(3);
  const identifiers = new StateCounts(IdentifierSharing.states);
  for (let call = 0; call < links.requestOf.length; call += 1) {
    const slot = links.slotOf[call] as number;
    if (slot < 0) continue;
    const { anchor } = model.slots[slot] as SlotModel;
    for (let edge = candidates.from[call] as number; edge < (candidates.from[call + 1] as number); edge += 1) {
      const request = candidates.request[edge] as number;
      const isRight = links.requestOf[call] === request;
      count(
        threads[slot] as StateCounts,
        isRight,
        evidence.threadState(request, call, model.anchorCall(request, slot), anchor.atEnd),
      );
      if (!evidence.sharing.isEmpty) count(identifiers, isRight, evidence.sharing.of(request, call));
      if (!isRight || model.lastCall(request, -1) === call) count(ending, isRight, evidence.endingState(request, call));
    }
  }
  evidence.odds = {
    threads: threads.map((counts) => counts.odds()),
    ending: ending.odds(),
    identifiers: identifiers.odds(),
  };
}

function count(counts: StateCounts, isRight: boolean, state: number): void {
  const of = isRight ? counts.right : counts.other;
  of[state] = (of[state] as number) + 1;
}
