import type { Choice, ProcessTraffic } from "../algorithm";
import { type Candidates, candidatesOf, isCrowded } from "./candidates";
import { choicesOf } from "./choices";
import { firstCome } from "./first-come";
import { Hints } from "./hints";
import { type Learnt, modelOf } from "./learnt";
import { callsByCallee } from "./links";
import { multiplicities } from "./multiplicity";
import { IdentifierSharing, PairEvidence } from "./pair-evidence";
import { movePairs } from "./pair-moves";
import { Reassignment } from "./reassignment";
import { reassignUntilSettled } from "./settle";
import type { Places } from "./stretches";
import { type Numbering, tableOf } from "./traffic-table";

/** For what needs no numbers: which requests are open at a call, and whose turn it is. */
const unnumbered: Numbering = { endpointNumbers: new Map(), calleeNumbers: new Map(), resolution: 1 };

/**
 * Chooses a request for each call of some traffic of one process: the assignment that is likeliest by what was learnt
 * from other traffic of it, or from the same; where nothing was, or too many are open, by identifier, thread, and turn. Nothing is asked for
 * where none of the calls at `own` places has two requests to choose from.
 */
export function solveStretch(
  traffic: ProcessTraffic,
  learnt: () => Learnt | undefined,
  own: Places = [0, traffic.calls.length],
): Choice[] {
  const sharing = new IdentifierSharing(traffic);
  const bare = tableOf(traffic, unnumbered);
  const candidates = candidatesOf(bare, traffic);
  const asked = isDisputed(candidates, own) && !isCrowded(candidates) ? learnt() : undefined;
  if (asked === undefined) return firstCome(bare, candidates, new Hints(traffic, sharing));
  const table = tableOf(traffic, asked.numbering);
  const model = modelOf(asked, table, multiplicities(table, candidates), new PairEvidence(traffic, sharing));
  const lists = callsByCallee(table);
  const reassignment = new Reassignment(model, candidates, lists);
  reassignUntilSettled(reassignment);
  const choices = choicesOf(model, candidates, lists, reassignment.weighed());
  if (movePairs(model, candidates, choices) === 0) return choices;
  return choicesOf(model, candidates, lists, new Reassignment(model, candidates, lists).weighed());
}

function isDisputed({ from: edges }: Candidates, [from, to]: Places): boolean {
  for (let call = from; call < to; call += 1) {
    if ((edges[call + 1] as number) - (edges[call] as number) > 1) return true;
  }
  return false;
}
