import type { Choice, ProcessTraffic } from "../algorithm";
import { moveBundles } from "./bundles";
import { type Candidates, candidatesOf } from "./candidates";
import { choicesOf } from "./choices";
import { costsOfCallee, unassignedCost } from "./costs";
import { giveFirstCome } from "./first-come";
import { learn } from "./learn";
import { callsByCallee, Links, type Slot } from "./links";
import { multiplicities } from "./multiplicity";
import { IdentifierSharing, PairEvidence } from "./pair-evidence";
import type { RequestModel } from "./request-model";
import { assign } from "./sparse-assignment";
import { tableOf } from "./traffic-table";

const mostRounds = 8;
export const trace: { on: boolean } = { on: false };

export function solveStretch(traffic: ProcessTraffic): Choice[] {
  const table = tableOf(traffic);
  const candidates = candidatesOf(table);
  const links = new Links(table);
  const evidence = new PairEvidence(traffic, new IdentifierSharing(traffic));
  multiplicities(table, candidates).forEach((count, callee) => {
    for (let place = 0; place < count; place += 1) links.addSlot(callee);
  });
  const isPointedTo = new Uint8Array(candidates.request.length);
  for (let call = 0; call < table.callStart.length; call += 1)
    for (let edge = candidates.from[call] as number; edge < (candidates.from[call + 1] as number); edge += 1)
      if (evidence.sharing.of(candidates.request[edge] as number, call) >= 2) isPointedTo[edge] = 1;
  giveFirstCome(links, candidates, isPointedTo);
  const lists = callsByCallee(table);
  for (let round = 0; round < mostRounds; round += 1) {
    const model = learn(links, candidates, evidence, round > 0);
    const changed = reassign(model, candidates, lists);
    if (trace.on) {
      console.log("round", round, "changed", changed, model.order.map((s) => `${s}:${JSON.stringify(model.slots[s]?.anchor)} H=${model.slots[s]?.gap.entropy.toFixed(2)} odds=${model.slots[s]?.orderOdds.toFixed(2)}`).join(" "));
      if (evidence.odds) console.log(evidence.odds.threads.map(t=>Array.from(t, x=>x.toFixed(1)).join()), Array.from(evidence.odds.ending,x=>x.toFixed(1)).join(), Array.from(evidence.odds.identifiers,x=>x.toFixed(1)).join());
    }
    if (changed === 0) break;
  }
  return choicesOf(learn(links, candidates, evidence, true), candidates, lists);
}

export function reassign(model: RequestModel, candidates: Candidates, lists: Int32Array[]): number {
  const { links } = model;
  const before = links.requestOf.slice();
  const callees = [...new Set(model.order.map((slot) => (links.slots[slot] as Slot).callee))];
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
