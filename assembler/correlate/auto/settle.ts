import type { Candidates } from "./candidates";
import { unassignedCost } from "./costs";
import { learn } from "./learn";
import { Links } from "./links";
import type { PairEvidence } from "./pair-evidence";
import { Reassignment } from "./reassignment";
import type { RequestModel } from "./request-model";
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

/**
 * Learns from links and assigns calls anew in turn, from a first guess until the links stay as they are. It may pause
 * wherever it yields.
 */
export function* settle({
  table,
  places,
  candidates,
  lists,
  trusted,
  guess,
  evidence,
}: Beginning): Generator<void, Settled> {
  const links = new Links(table, places);
  for (let call = 0; call < guess.length; call += 1) {
    const request = guess[call] as number;
    if (request >= 0) links.give(request, call);
  }
  let round = 0;
  let model: RequestModel | undefined;
  for (; round < mostRounds; round += 1) {
    const isFirst = round === 0;
    const learnt = learn(links, candidates, evidence, !isFirst, isFirst ? trusted : undefined);
    yield;
    const changed = new Reassignment(learnt, candidates, lists).round();
    if (changed === 0 && !isFirst) model = learnt;
    if (changed <= settledShare * guess.length) break;
    yield;
  }
  model ??= learn(links, candidates, evidence, true);
  const leftOver = links.requestOf.reduce((sum, request) => (request < 0 ? sum + 1 : sum), 0);
  return { model, likelihood: model.total() - leftOver * unassignedCost, isGuessKept: round === 0 };
}

/** Assigns calls anew by one model until the links stay as they are. */
export function reassignUntilSettled(reassignment: Reassignment): void {
  const enough = settledShare * reassignment.model.links.requestOf.length;
  for (let round = 0; round < mostRounds; round += 1) if (reassignment.round() <= enough) return;
}
