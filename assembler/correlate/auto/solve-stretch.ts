import type { Choice, ProcessTraffic } from "../algorithm";
import { moveBundles } from "./bundles";
import { type Candidates, candidatesOf } from "./candidates";
import { choicesOf } from "./choices";
import { costsOfCallee, unassignedCost } from "./costs";
import { firstCome } from "./first-come";
import { Hints } from "./hints";
import { learn } from "./learn";
import { callsByCallee, Links, type Slot } from "./links";
import { multiplicities } from "./multiplicity";
import { IdentifierSharing, PairEvidence } from "./pair-evidence";
import type { RequestModel } from "./request-model";
import { assign } from "./sparse-assignment";
import { tableOf } from "./traffic-table";
import { trustedRequests } from "./trusted-requests";

/** Below, gaps cannot be told from chance: a distribution needs some tens of samples. */
const fewestCalls = 32;
/** Links settle in three or four rounds; where they do not they go back and forth between likes. */
const mostRounds = 8;
/** Fewer links changed than this share of the calls change nothing that is learnt. */
const settledShare = 0.001;

/**
 * Chooses a request for each call of some traffic of one process:
 *
 *     first come ─► links ─► learn gaps, order, threads ─► assign calls anew ─┐ until the links
 *                     ▲                                                       │ stay as they are
 *                     └───────────────────────────────────────────────────────┘
 */
export function solveStretch(traffic: ProcessTraffic): Choice[] {
  const table = tableOf(traffic);
  const candidates = candidatesOf(table, traffic);
  const sharing = new IdentifierSharing(traffic);
  const hints = new Hints(traffic, sharing);
  if (traffic.calls.length < fewestCalls) return firstCome(table, candidates, hints);
  const places = multiplicities(table, candidates);
  const links = new Links(table, places);
  const guess = firstCome(table, candidates, hints, places);
  for (let call = 0; call < guess.length; call += 1) {
    const { request } = guess[call] as Choice;
    if (request >= 0) links.give(request, call);
  }
  const lists = callsByCallee(table);
  const evidence = new PairEvidence(traffic, sharing);
  const trusted = trustedRequests(table, candidates);
  for (let round = 0; round < mostRounds; round += 1) {
    const changed = reassign(
      learn(links, candidates, evidence, round > 0, round > 0 ? undefined : trusted),
      candidates,
      lists,
    );
    if (changed <= settledShare * traffic.calls.length) break;
  }
  return choicesOf(learn(links, candidates, evidence, true), candidates, lists);
}

/** Assigns each callee's calls anew, one callee after another, then all calls of a request together; counts changes. */
function reassign(model: RequestModel, candidates: Candidates, lists: readonly Int32Array[]): number {
  const { links } = model;
  const before = links.requestOf.slice();
  const callees = new Set(model.order.map((slot) => (links.slots[slot] as Slot).callee));
  for (const callee of callees) {
    const calls = lists[callee] as Int32Array;
    const places = (links.slotsOf[callee] as number[]).length;
    const columns = assign(costsOfCallee(model, candidates, callee, calls), unassignedCost);
    links.clear(callee, calls);
    for (let row = 0; row < calls.length; row += 1) {
      const column = columns[row] as number;
      if (column >= 0) links.give(Math.floor(column / places), calls[row] as number);
    }
  }
  if (links.slots.length > 1) moveBundles(model, candidates);
  let changed = 0;
  for (let call = 0; call < before.length; call += 1) if (links.requestOf[call] !== before[call]) changed += 1;
  return changed;
}
