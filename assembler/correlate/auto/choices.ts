import type { Choice, Evidence } from "../algorithm";
import type { Bundles } from "./bundles";
import type { Candidates } from "./candidates";
import { unassignedCost } from "./costs";
import type { Links } from "./links";
import { marginals } from "./marginals";
import type { Weighed } from "./reassignment";
import type { RequestModel, SlotModel } from "./request-model";
import type { SparseCosts } from "./sparse-assignment";

/** The links as choices, with how probable each is among all other ways to give the calls out. */
export function choicesOf(
  model: RequestModel,
  candidates: Candidates,
  lists: readonly Int32Array[],
  { costs: costsOf, bundles }: Weighed,
): Choice[] {
  const { links } = model;
  const beliefs = new Beliefs(links.requestOf.length);
  for (let callee = 0; callee < lists.length; callee += 1) {
    const calls = lists[callee] as Int32Array;
    const costs = costsOf[callee] as SparseCosts;
    const places = (links.slotsOf[callee] as number[]).length;
    for (let row = 0; row < calls.length; row += 1) {
      const call = calls[row] as number;
      beliefs.chosen[call] = links.requestOf[call] as number;
    }
    beliefs.take(costs, marginals(costs, unassignedCost), (row) => calls[row] as number, places);
  }
  if (bundles !== undefined) takeBundles(links, bundles, beliefs);
  const choices: Choice[] = [];
  for (let call = 0; call < links.requestOf.length; call += 1) {
    const request = links.requestOf[call] as number;
    const runnerUp = beliefs.runnerUp[call] as number;
    if (request < 0) choices.push({ request, confidence: 0, runnerUp, evidence: "timing" });
    else {
      const confidence = Math.round(1000 * (beliefs.own[call] as number) * (beliefs.ofBundle[call] as number)) / 1000;
      choices.push({ request, confidence, runnerUp, evidence: evidenceOf(model, call, request, runnerUp, candidates) });
    }
  }
  return choices;
}

/** All calls of a request may belong to another one together. */
function takeBundles(links: Links, { holder, costs }: Bundles, beliefs: Beliefs): void {
  const probability = marginals(costs, unassignedCost * links.slots.length);
  for (let row = 0; row < holder.length; row += 1) {
    const request = holder[row] as number;
    let own = 0;
    let next = -1;
    let nextAt = 0;
    for (let edge = costs.from[row] as number; edge < (costs.from[row + 1] as number); edge += 1) {
      const at = probability[edge] as number;
      if (costs.column[edge] === request) own = at;
      else if (at > nextAt) {
        nextAt = at;
        next = costs.column[edge] as number;
      }
    }
    for (const calls of links.callIn) {
      const call = calls[request] as number;
      if (call < 0) continue;
      beliefs.ofBundle[call] = own;
      if (next >= 0 && nextAt > (beliefs.runnerUpAt[call] as number)) beliefs.runnerUp[call] = next;
    }
  }
}

class Beliefs {
  readonly chosen: Int32Array;
  readonly own: Float64Array;
  readonly ofBundle: Float64Array;
  readonly runnerUp: Int32Array;
  readonly runnerUpAt: Float64Array;

  constructor(calls: number) {
    this.chosen = new Int32Array(calls).fill(-1);
    this.own = new Float64Array(calls);
    this.ofBundle = new Float64Array(calls).fill(1);
    this.runnerUp = new Int32Array(calls).fill(-1);
    this.runnerUpAt = new Float64Array(calls);
  }

  /** Sums the places of a request up, as its calls are told apart by time alone. */
  take(costs: SparseCosts, probability: Float64Array, callOf: (row: number) => number, places: number): void {
    for (let row = 0; row < costs.rows; row += 1) {
      const call = callOf(row);
      let request = -1;
      let sum = 0;
      for (let edge = costs.from[row] as number; edge <= (costs.from[row + 1] as number); edge += 1) {
        const here = edge < (costs.from[row + 1] as number) ? Math.floor((costs.column[edge] as number) / places) : -1;
        if (here !== request) {
          this.#note(call, request, sum);
          sum = 0;
          request = here;
        }
        sum += probability[edge] as number;
      }
    }
  }

  #note(call: number, request: number, probability: number): void {
    if (request < 0) return;
    if (request === this.chosen[call]) this.own[call] = probability;
    else if (probability > (this.runnerUpAt[call] as number)) {
      this.runnerUpAt[call] = probability;
      this.runnerUp[call] = request;
    }
  }
}

/** What speaks most for the chosen request against the next best. */
function evidenceOf(
  model: RequestModel,
  call: number,
  request: number,
  runnerUp: number,
  candidates: Candidates,
): Evidence {
  if ((candidates.from[call + 1] as number) - (candidates.from[call] as number) === 1) return "only";
  if (runnerUp < 0) return "timing";
  const { links } = model;
  const slot = links.slotOf[call] as number;
  const { anchor, orderOdds } = model.slots[slot] as SlotModel;
  const { evidence } = model;
  const [asked, rival] = [model.anchorCall(request, slot), model.anchorCall(runnerUp, slot)];
  const identifiers = evidence.ofIdentifiers(request, call) - evidence.ofIdentifiers(runnerUp, call);
  const threads =
    evidence.ofThreads(slot, request, call, asked, anchor.atEnd) -
    evidence.ofThreads(slot, runnerUp, call, rival, anchor.atEnd);
  const all = model.own(request, slot, call, asked) - model.own(runnerUp, slot, call, rival);
  const timing = all - identifiers - threads;
  const most = Math.max(identifiers, threads, timing, orderOdds);
  if (most === identifiers && identifiers > 0) return "identifier";
  if (most === threads && threads > 0) return "thread";
  return most === timing ? "timing" : "order";
}
