import type { Choice, ProcessTraffic } from "../algorithm";
import { candidatesOf } from "./candidates";
import { choicesOf } from "./choices";
import { firstCome } from "./first-come";
import { Hints } from "./hints";
import { lastCome } from "./last-come";
import { callsByCallee } from "./links";
import { multiplicities } from "./multiplicity";
import { IdentifierSharing, PairEvidence } from "./pair-evidence";
import { settle } from "./settle";
import { tableOf } from "./traffic-table";
import { trustedRequests } from "./trusted-requests";

/** Below, gaps cannot be told from chance: a distribution needs some tens of samples. */
const fewestCalls = 32;

/**
 * Chooses a request for each call of some traffic of one process:
 *
 *     first come ─► links ─► learn gaps, order, threads ─► assign calls anew ─┐ until the links
 *                     ▲                                                       │ stay as they are
 *                     └───────────────────────────────────────────────────────┘
 *
 * then once more from last come, and keeps the likelier outcome: a first guess can be wrong in a way that what is learnt
 * from it confirms. Not where learning left the first guess as it was, nor where requests are all of one endpoint and
 * no thread is known: first come is seldom far off there, and a second time costs as much as the first.
 */
export function solveStretch(traffic: ProcessTraffic): Choice[] {
  const table = tableOf(traffic);
  const candidates = candidatesOf(table, traffic);
  const sharing = new IdentifierSharing(traffic);
  const hints = new Hints(traffic, sharing);
  if (traffic.calls.length < fewestCalls) return firstCome(table, candidates, hints);
  const places = multiplicities(table, candidates);
  const lists = callsByCallee(table);
  const trusted = trustedRequests(table, candidates);
  const settleFrom = (guess: ArrayLike<number>, evidence: PairEvidence) =>
    settle({ table, places, candidates, lists, trusted, guess, evidence });
  const evidence = new PairEvidence(traffic, sharing);
  const inTurn = firstCome(table, candidates, hints, places).map(({ request }) => request);
  let best = settleFrom(inTurn, evidence);
  if (!best.isGuessKept && (evidence.hasThreads || table.endpoints > 1)) {
    const other = settleFrom(lastCome(table, candidates, places), new PairEvidence(traffic, sharing));
    if (other.likelihood > best.likelihood) best = other;
  }
  return choicesOf(best.model, candidates, lists);
}
