import { moveBundles } from "./bundles";
import type { Candidates } from "./candidates";
import { costsOfCallee, unassignedCost } from "./costs";
import { learn } from "./learn";
import { Links, type Slot } from "./links";
import type { PairEvidence } from "./pair-evidence";
import type { RequestModel } from "./request-model";
import { moveSingles } from "./single-moves";
import { assign } from "./sparse-assignment";
import type { TrafficTable } from "./traffic-table";

/** Links settle in three or four rounds; where they do not they go back and forth between likes. */
const mostRounds = 8;
/** Fewer links changed than this share of the calls change nothing that is learnt. */
const settledShare = 0.001;

export interface Beginning {
  readonly table: TrafficTable;
  /** How many calls to each callee a request may have. */
  readonly places: Int32Array;
  readonly candidates: Candidates;
  /** Calls by callee. */
  readonly lists: readonly Int32Array[];
  /** Requests to learn from in the first round. */
  readonly trusted: Uint8Array;
  /** By call: a request, -1 = none. */
  readonly guess: ArrayLike<number>;
  /** Nothing learnt in it yet. */
  readonly evidence: PairEvidence;
}

export interface Settled {
  readonly model: RequestModel;
  /** ln P of all requests as they ended up, calls left over counted at what they cost. */
  readonly likelihood: number;
  /** The first round changed no more than a later one may. */
  readonly isGuessKept: boolean;
}

/** Learns from links and assigns calls anew in turn, from a first guess until the links stay as they are. */
export function settle({ table, places, candidates, lists, trusted, guess, evidence }: Beginning): Settled {
  const links = new Links(table, places);
  for (let call = 0; call < guess.length; call += 1) {
    const request = guess[call] as number;
    if (request >= 0) links.give(request, call);
  }
  let round = 0;
  for (; round < mostRounds; round += 1) {
    const model = learn(links, candidates, evidence, round > 0, round > 0 ? undefined : trusted);
    if (reassign(model, candidates, lists) <= settledShare * guess.length) break;
  }
  const model = learn(links, candidates, evidence, true);
  const leftOver = links.requestOf.reduce((sum, request) => (request < 0 ? sum + 1 : sum), 0);
  return { model, likelihood: model.total() - leftOver * unassignedCost, isGuessKept: round === 0 };
}

/** Assigns calls anew by one model until the links stay as they are. */
export function reassignUntilSettled(model: RequestModel, candidates: Candidates, lists: readonly Int32Array[]): void {
  const enough = settledShare * model.links.requestOf.length;
  for (let round = 0; round < mostRounds; round += 1) if (reassign(model, candidates, lists) <= enough) return;
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
    if (places > 1) moveSingles(model, candidates, calls);
  }
  if (links.slots.length > 1) moveBundles(model, candidates);
  let changed = 0;
  for (let call = 0; call < before.length; call += 1) if (links.requestOf[call] !== before[call]) changed += 1;
  return changed;
}
