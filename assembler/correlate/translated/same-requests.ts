import { entryOf } from "../../collections/entry-of";
import { assign } from "../auto/sparse-assignment";
import { byPlacedTime, type PlacedSpan } from "../placed-span";
import { certainPairs } from "./certain-pairs";
import { type SeenDelay, seenDelay } from "./delays";
import type { KnownEnds } from "./known-ends";
import { epochOf, type LearntDelays } from "./learnt-delays";
import { pairConfidences } from "./pair-confidences";
import type { Passage } from "./passage";
import {
  agreement,
  type Candidate,
  type ClientsOfAgent,
  candidatesOf,
  clientsOfAgent,
  weighNeighbours,
} from "./passage-candidates";

/** Two requests with one identifier, and no other with it: that they are one is likely, whatever the clocks say. */
const oddsOfOnlyOne = 20;
interface Told {
  readonly client: PlacedSpan;
  readonly server: PlacedSpan;
  readonly seen: SeenDelay;
}

/**
 * All requests with one payload whose other sides were not seen on their connections, and who is whose. They are told
 * apart by time, by addresses as far as these were kept, and by what goes before and after them on their connections.
 *
 * The pairs follow from the spans, the known ends and the learnt delays, not from the order in which they came.
 */
export class SameRequests {
  #clients: Passage[] = [];
  #servers: Passage[] = [];
  #told = new Map<PlacedSpan, readonly Told[]>();

  get isEmpty(): boolean {
    return this.#clients.length + this.#servers.length === 0;
  }

  get isOneSided(): boolean {
    return this.#clients.length === 0 || this.#servers.length === 0;
  }

  add(passage: Passage): void {
    (passage.isServer ? this.#servers : this.#clients).push(passage);
  }

  remove(gone: ReadonlySet<Passage>): void {
    this.#clients = this.#clients.filter((passage) => !gone.has(passage));
    this.#servers = this.#servers.filter((passage) => !gone.has(passage));
  }

  /** Tells delays of those of whom it is certain enough. What is told of spans that left memory stays as it is. */
  tell(delays: LearntDelays<SameRequests>, ends: KnownEnds): void {
    const told = new Map<PlacedSpan, Told[]>();
    for (const [client, server] of certainPairs(this.#clients, this.#servers)) {
      const known = this.#told.get(server.placed)?.find((each) => each.client === client.placed);
      const seen = known?.seen ?? seenDelay(client, server);
      if (seen.high < seen.low || agreement(client, server, ends) === 0) continue;
      entryOf(told, server.placed, newTold).push({ client: client.placed, server: server.placed, seen });
      if (known === undefined) delays.add(client.placed.span.agent, server.placed.span.agent, seen);
    }
    for (const { client, server, seen } of [...this.#told.values()].flat()) {
      const [from, to] = [client.span.agent, server.span.agent];
      if (isForgotten(client) || isForgotten(server)) delays.forget(from, to, seen);
      else if (!told.get(server)?.some((each) => each.seen === seen)) delays.remove(from, to, seen);
    }
    this.#told = told;
  }

  /** Brings the servers' parents up to date; appends those that have another one now. */
  solve(delays: LearntDelays<SameRequests>, ends: KnownEnds, changed: PlacedSpan[]): void {
    if (this.isOneSided) {
      for (const { placed } of this.#servers) if (placed.setParent(undefined, "payload", 0)) changed.push(placed);
      return;
    }
    this.#clients.sort(byTime);
    this.#servers.sort(byTime);
    const candidates = this.#candidates(delays, ends);
    this.#weighByRoute(candidates);
    const columns = new Map(this.#clients.map((client, place) => [client, place]));
    const chosen = assignedTo(candidates, columns);
    const confidences = pairConfidences(candidates, chosen);
    for (const [place, { placed }] of this.#servers.entries()) {
      const { candidate, confidence, runnerUp } = confidences[place] ?? {};
      const isSet = placed.setParent(candidate?.client.placed, "payload", confidence ?? 0, runnerUp?.client.placed);
      if (isSet) changed.push(placed);
    }
  }

  #candidates(delays: LearntDelays<SameRequests>, ends: KnownEnds): Candidate[][] {
    const byAgent = new Map<string, Passage[]>();
    for (const client of this.#clients) entryOf(byAgent, client.placed.span.agent, newList).push(client);
    const agents: ClientsOfAgent[] = [...byAgent].map(([agent, clients]) => clientsOfAgent(agent, clients));
    return this.#servers.map((server) => {
      const { agent, start } = server.placed.span;
      const found = agents.flatMap((from) =>
        candidatesOf(server, from, delays.of(from.agent, agent, epochOf(start), this), ends),
      );
      if (found.length === 0) return this.#onlyOne(server, delays, ends);
      weighNeighbours(server, found);
      return found;
    });
  }

  /** Hosts whose clocks have nothing to do with each other, and of whose requests this is one of the first. */
  #onlyOne(server: Passage, delays: LearntDelays<SameRequests>, ends: KnownEnds): Candidate[] {
    const [client] = this.#clients;
    if (client === undefined || this.#clients.length > 1 || this.#servers.length > 1) return [];
    const { low, high } = seenDelay(client, server);
    const [from, to] = [client.placed.span.agent, server.placed.span.agent];
    if (high < low || delays.of(from, to, epochOf(server.placed.start), this).isLearnt) return [];
    if (server.payload.identifiers.length === 0 || agreement(client, server, ends) === 0) return [];
    return [{ client, odds: oddsOfOnlyOne, isAssumed: true }];
  }

  /**
   * Whoever is asked through a translation is nearly always: the fewer of the requests that came the same way have any
   * candidate, the likelier these are chance.
   */
  #weighByRoute(candidates: readonly (readonly Candidate[])[]): void {
    const routes = new Map<string, { all: number; met: number }>();
    const routeOf = ({ placed }: Passage) => `${placed.span.srcIp}:${placed.span.srcPort} ${placed.span.dstIp}`;
    const route = (server: Passage) => entryOf(routes, routeOf(server), () => ({ all: 0, met: 0 }));
    for (const [place, server] of this.#servers.entries()) {
      const counts = route(server);
      counts.all += 1;
      if ((candidates[place] as readonly Candidate[]).length > 0) counts.met += 1;
    }
    for (const [place, server] of this.#servers.entries()) {
      const { all, met } = route(server);
      const share = ((met + 1) / (all + 2)) ** 3;
      for (const candidate of candidates[place] as readonly Candidate[]) candidate.odds *= share;
    }
  }
}

const newTold = (): Told[] => [];
const newList = (): Passage[] => [];

function isForgotten({ isGone, isReplaced }: PlacedSpan): boolean {
  return isGone && !isReplaced;
}

function byTime(left: Passage, right: Passage): number {
  return byPlacedTime(left.placed, right.placed);
}

/** The likeliest pairs of all together, each client in one of them; odds below even stand alone. */
function assignedTo(
  candidates: readonly (readonly Candidate[])[],
  columns: ReadonlyMap<Passage, number>,
): (Candidate | undefined)[] {
  const worth = candidates.map((each) => each.filter(({ odds }) => odds > leastOdds));
  let most = 0;
  for (const { odds } of worth.flat()) most = Math.max(most, Math.log(odds));
  const from = new Int32Array(worth.length + 1);
  for (const [row, each] of worth.entries()) from[row + 1] = (from[row] as number) + each.length;
  const flat = worth.flat();
  const column = Int32Array.from(flat, ({ client }) => columns.get(client) as number);
  const cost = Float64Array.from(flat, ({ odds }) => most - Math.log(odds));
  const taken = assign({ rows: worth.length, columns: columns.size, from, column, cost }, most - Math.log(leastOdds));
  return worth.map((each, row) => each.find(({ client }) => columns.get(client) === taken[row]));
}

/** What is less likely is not even mentioned. */
const leastOdds = 0.25;
