import { finish } from "../../collections/finish";
import type { ProcessTraffic } from "../algorithm";
import { candidatesOf, isCrowded } from "./candidates";
import { EndpointDensity, GapSamples } from "./endpoint-density";
import { firstCome } from "./first-come";
import { Hints } from "./hints";
import { lastCome } from "./last-come";
import { callsByCallee, Links } from "./links";
import { multiplicities } from "./multiplicity";
import { IdentifierSharing, PairEvidence, type PairOdds } from "./pair-evidence";
import { atRequestStart, RequestModel, type SlotModel } from "./request-model";
import { settle } from "./settle";
import { type Numbering, type TrafficTable, tableOf } from "./traffic-table";
import { trustedRequests } from "./trusted-requests";

/** What was learnt from some traffic of a process, without that traffic. */
export interface Learnt {
  readonly numbering: Numbering;
  /** By callee: how many calls to it a request may have. */
  readonly places: Int32Array;
  readonly slots: readonly SlotModel[];
  readonly order: readonly number[];
  readonly response: EndpointDensity;
  readonly duration: EndpointDensity;
  readonly odds: PairOdds | undefined;
}

/**
 * Learns how requests and calls of a process go together:
 *
 *     first come ─► links ─► learn gaps, order, threads ─► assign calls anew ─┐ until the links
 *                     ▲                                                       │ stay as they are
 *                     └───────────────────────────────────────────────────────┘
 *
 * then once more from last come, and keeps the likelier outcome: a first guess can be wrong in a way that what is learnt
 * from it confirms. Not where learning left the first guess as it was, nor where requests are all of one endpoint and
 * no thread is known: first come is seldom far off there, and a second time costs as much as the first. Undefined where
 * too many requests are open at once to learn from.
 */
export function learnFrom(traffic: ProcessTraffic): Learnt | undefined {
  return finish(learning(traffic));
}

/** The same piece by piece: it may pause wherever it yields. */
export function* learning(traffic: ProcessTraffic): Generator<void, Learnt | undefined> {
  const table = tableOf(traffic);
  const candidates = candidatesOf(table, traffic);
  if (isCrowded(candidates)) return undefined;
  const sharing = new IdentifierSharing(traffic);
  const hints = new Hints(traffic, sharing);
  const places = multiplicities(table, candidates);
  const lists = callsByCallee(table);
  const trusted = trustedRequests(table, candidates);
  const settleFrom = (guess: ArrayLike<number>, evidence: PairEvidence) =>
    settle({ table, places, candidates, lists, trusted, guess, evidence });
  const evidence = new PairEvidence(traffic, sharing);
  const inTurn = firstCome(table, candidates, hints, places).map(({ request }) => request);
  let best = yield* settleFrom(inTurn, evidence);
  if (!best.isGuessKept && (evidence.hasThreads || table.endpointNumbers.size > 1)) {
    const other = yield* settleFrom(lastCome(table, candidates, places), new PairEvidence(traffic, sharing));
    if (other.likelihood > best.likelihood) best = other;
  }
  const { slots, order, response, duration, evidence: learnt } = best.model;
  return { numbering: numberingOf(table), places, slots, order, response, duration, odds: learnt.odds };
}

function numberingOf({ endpointNumbers, calleeNumbers, resolution }: TrafficTable): Numbering {
  return { endpointNumbers, calleeNumbers, resolution };
}

/**
 * The model of other traffic of the same process, with no links yet; its table is to be numbered as what was learnt
 * from. Callees that are new are expected as often and as soon as can be.
 */
export function modelOf(learnt: Learnt, table: TrafficTable, seen: Int32Array, evidence: PairEvidence): RequestModel {
  const places = seen.map((count, callee) => learnt.places[callee] ?? count);
  const links = new Links(table, places);
  const flat = new EndpointDensity(new GapSamples(0), table.endpoints, table.resolution);
  const even = new Float64Array(2 * table.endpoints).fill(Math.log(0.5));
  const further = links.slots.slice(learnt.slots.length).map(
    (): SlotModel => ({
      anchor: atRequestStart,
      gap: flat,
      fromStart: flat,
      present: even,
      absent: even,
      dependents: [],
      orderOdds: 0,
    }),
  );
  const order = [...learnt.order, ...further.map((_slot, place) => learnt.slots.length + place)];
  evidence.odds = learnt.odds;
  evidence.doesLatestTell = true;
  return new RequestModel(links, [...learnt.slots, ...further], order, learnt.response, learnt.duration, evidence);
}
