import type { Choice } from "../algorithm";
import type { Candidates } from "./candidates";
import { Ranks } from "./costs";
import type { RequestModel, SlotModel } from "./request-model";

/** A choice this sure leaves no other request worth comparing with. */
const sure = 0.99;
/** Calls that two requests could exchange; more of them have too many ways to be split. */
const mostShared = 8;
/** A difference in ln P below which two ways to split are as likely. */
const leastGain = 1;

/**
 * Splits the calls of two requests between them anew, in the likeliest of all ways, where a choice between the two is in
 * doubt: what no exchange of one callee's calls mends, as each alone makes it worse, exchanging several at once may.
 * Counts the pairs that changed.
 */
export function movePairs(model: RequestModel, candidates: Candidates, choices: readonly Choice[]): number {
  const turns = new Turns(model);
  const seen = new Set<number>();
  const requests = model.links.table.requestStart.length;
  let moved = 0;
  for (let call = 0; call < choices.length; call += 1) {
    const { request, runnerUp, confidence } = choices[call] as Choice;
    if (request < 0 || runnerUp < 0 || confidence >= sure) continue;
    const [first, second] = request < runnerUp ? [request, runnerUp] : [runnerUp, request];
    const pair = first * requests + second;
    if (seen.has(pair)) continue;
    seen.add(pair);
    if (splitAnew(model, candidates, turns, first, second)) moved += 1;
  }
  return moved;
}

function splitAnew(model: RequestModel, candidates: Candidates, turns: Turns, first: number, second: number): boolean {
  const { links } = model;
  const calls: number[] = [];
  for (const held of links.callIn) {
    for (const request of [first, second]) if (held[request] !== -1) calls.push(held[request] as number);
  }
  calls.sort((left, right) => left - right);
  const before = calls.map((call) => links.requestOf[call] as number);
  const shared = calls.flatMap((call, place) => {
    const other = before[place] === first ? second : first;
    return isCandidate(candidates, call, other) ? [place] : [];
  });
  if (shared.length === 0 || shared.length > mostShared) return false;
  const likelihood = () =>
    model.withCallsOf(first, first) + model.withCallsOf(second, second) - turns.swapped(first, second);
  const given = before.slice();
  const give = (): boolean => {
    for (const held of links.callIn) {
      held[first] = -1;
      held[second] = -1;
    }
    return calls.every((call, place) => {
      const request = given[place] as number;
      if (!links.hasPlace(request, call)) return false;
      links.give(request, call);
      return true;
    });
  };
  let best = before;
  let most = likelihood() + leastGain;
  for (let way = 1; way < 1 << shared.length; way += 1) {
    for (let bit = 0; bit < shared.length; bit += 1) {
      const place = shared[bit] as number;
      const other = before[place] === first ? second : first;
      given[place] = (way >> bit) & 1 ? other : (before[place] as number);
    }
    if (!give()) continue;
    const here = likelihood();
    if (here <= most) continue;
    most = here;
    best = given.slice();
  }
  for (let place = 0; place < given.length; place += 1) given[place] = best[place] as number;
  give();
  return best !== before;
}

function isCandidate({ from, request }: Candidates, call: number, sought: number): boolean {
  for (let edge = from[call] as number; edge < (from[call + 1] as number); edge += 1) {
    if (request[edge] === sought) return true;
  }
  return false;
}

/** What it costs that calls stand in another order than their requests. */
class Turns {
  readonly #ranks = new Map<number, Ranks>();

  constructor(readonly model: RequestModel) {}

  /** For two requests, over all slots where both have a call. */
  swapped(first: number, second: number): number {
    const { links, slots } = this.model;
    let sum = 0;
    for (let slot = 0; slot < slots.length; slot += 1) {
      const { orderOdds } = slots[slot] as SlotModel;
      if (orderOdds <= 0) continue;
      const calls = links.callIn[slot] as Int32Array;
      const [firstCall, secondCall] = [calls[first] as number, calls[second] as number];
      if (firstCall < 0 || secondCall < 0) continue;
      sum += this.#inSlot(slot, orderOdds, first, firstCall, second, secondCall);
    }
    return sum;
  }

  /** As links were at first, what this way round costs more than the other; the odds where there is no saying how far apart they stand. */
  #inSlot(slot: number, odds: number, first: number, firstCall: number, second: number, secondCall: number): number {
    const { callStart } = this.model.links.table;
    const ahead = this.#anchorAt(first, slot) - this.#anchorAt(second, slot);
    if (ahead * ((callStart[firstCall] as number) - (callStart[secondCall] as number)) >= 0) return 0;
    const ranks = this.#ranks.get(slot) ?? new Ranks(this.model, slot);
    this.#ranks.set(slot, ranks);
    if (!ranks.has(first, firstCall) || !ranks.has(second, secondCall)) return odds;
    const asIs = ranks.displacement(first, firstCall) + ranks.displacement(second, secondCall);
    const otherwise = ranks.displacement(first, secondCall) + ranks.displacement(second, firstCall);
    return Math.max(0, asIs - otherwise);
  }

  #anchorAt(request: number, slot: number): number {
    const { links } = this.model;
    const call = this.model.anchorCall(request, slot);
    if (call < 0) return links.table.requestStart[request] as number;
    const { anchor } = this.model.slots[slot] as SlotModel;
    return (anchor.atEnd ? links.table.callEnd : links.table.callStart)[call] as number;
  }
}
