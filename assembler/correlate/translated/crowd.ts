import { entryOf } from "../../collections/entry-of";
import type { PlacedSpan } from "../placed-span";
import { TimeSpans } from "../time-spans";
import { CrowdCell, cellAt } from "./crowd-cell";
import { CrowdClients } from "./crowd-clients";
import type { KnownEnds } from "./known-ends";
import type { DelayUser, LearntDelays } from "./learnt-delays";
import { nextBest, storedConfidence } from "./pair-confidences";
import { byTime, type Passage } from "./passage";
import { type Candidate, candidatesOf, leastOdds, weighNeighbours } from "./passage-candidates";
import { Routes } from "./routes";

/** What is less likely does not count. */
const leastCounted = 0.01;
/** So many cells before one tell with it how often requests that come a way meet any client: 8 s. */
const cellsBefore = 15n;

/** Who came or has ends for which more is known now; who has other neighbours on its connection. */
export interface Touched {
  readonly touched: ReadonlySet<Passage>;
  readonly joined: ReadonlySet<Passage>;
}

/**
 * Thousands of requests with one payload, and who is whose. Each server looks at the clients that waited around it, and is
 * paired with the likeliest if it is this one's likeliest too: nothing further away counts, so that a new span costs the same
 * however many are held.
 *
 *     clients that came or went ─► cells of servers that looked there ─► servers that have a client in common with these
 */
export class Crowd {
  readonly #passages = new Set<Passage>();
  readonly #clients = new CrowdClients();
  readonly #cells = new Map<string, Map<bigint, CrowdCell>>();
  /** By server: without regard to neighbours, and with. */
  readonly #candidates = new Map<Passage, readonly Candidate[]>();
  readonly #weighed = new Map<Passage, readonly Candidate[]>();
  /** By client: who may be its server, and the odds. */
  readonly #suitors = new Map<Passage, Map<Passage, number>>();
  /** Clients gone because others take their place, since the last solution. */
  #replaced: Passage[] = [];
  /** Servers of which a client has other suitors than at the last solution. */
  readonly #unsettled = new Set<Passage>();

  constructor(readonly user: DelayUser) {}

  remove(gone: ReadonlySet<Passage>, areReplaced: boolean): void {
    this.#clients.remove(gone);
    for (const passage of gone) {
      if (!this.#passages.delete(passage)) continue;
      if (passage.isServer) this.#removeServer(passage, areReplaced);
      else if (areReplaced) this.#replaced.push(passage);
    }
    // Only now, when no server that is gone is among those who would have to do without.
    for (const passage of gone) {
      for (const server of this.#suitors.get(passage)?.keys() ?? []) {
        for (const candidates of [this.#candidates, this.#weighed]) {
          candidates.set(server, candidates.get(server)?.filter(({ client }) => client !== passage) ?? []);
        }
      }
      this.#suitors.delete(passage);
    }
  }

  /** Brings the servers' parents up to date; appends those that have another one now. */
  solve({ touched, joined }: Touched, delays: LearntDelays, ends: KnownEnds, changed: PlacedSpan[]): void {
    const moved = this.#takeIn(touched);
    const concerned: CrowdCell[] = [];
    for (const ofAgent of this.#cells.values()) {
      for (const cell of ofAgent.values()) if (cell.isConcerned(moved)) concerned.push(cell);
    }
    const counted = new Set<CrowdCell>();
    for (const cell of concerned) {
      this.#look(cell, delays, ends);
      for (const later of this.#count(cell)) counted.add(later);
    }
    const weighed = new Set(concerned);
    for (const cell of counted) if (this.#countBefore(cell)) weighed.add(cell);
    for (const cell of weighed) for (const server of cell.servers) this.#weigh(server, cell);
    for (const server of this.#servedBy(joined)) this.#weigh(server, this.#cellOf(server));
    for (const server of this.#unsettled) if (this.#decide(server)) changed.push(server.placed);
    this.#unsettled.clear();
  }

  /** Returns when clients waited that came, changed or were replaced, by agent. */
  #takeIn(touched: ReadonlySet<Passage>): Map<string, TimeSpans> {
    const fresh: Passage[] = [];
    const moved = new Map<string, PlacedSpan[]>();
    const move = ({ placed }: Passage) => entryOf(moved, placed.span.agent, newSpans).push(placed);
    for (const passage of touched) {
      const isNew = !this.#passages.has(passage);
      if (isNew) this.#passages.add(passage);
      if (passage.isServer) {
        const cell = this.#cellOf(passage);
        cell.servers.add(passage);
        cell.outdate();
        continue;
      }
      if (isNew) fresh.push(passage);
      move(passage);
    }
    for (const client of this.#replaced) move(client);
    this.#replaced = [];
    this.#clients.add(fresh);
    return new Map([...moved].map(([agent, spans]) => [agent, new TimeSpans(spans)]));
  }

  #removeServer(server: Passage, isReplaced: boolean): void {
    const cell = this.#cellOf(server);
    cell.servers.delete(server);
    this.#forgetCandidates(server, isReplaced);
    this.#unsettled.delete(server);
    if (isReplaced) cell.outdate();
    else if (cell.servers.size === 0) this.#removeCell(cell);
  }

  /** Finds the candidates of a cell's servers anew. */
  #look(cell: CrowdCell, delays: LearntDelays, ends: KnownEnds): void {
    cell.isOutdated = false;
    cell.isOverfull = cell.hasTooMany;
    cell.looked.clear();
    for (const server of cell.servers) {
      this.#forgetCandidates(server, true);
      this.#unsettled.add(server);
    }
    if (cell.isOverfull) return;
    const sources = this.#clients.agents.map((agent) => {
      const way = delays.of(agent, cell.agent, cell.epoch, cell);
      const [offset, slack] = [BigInt(Math.round(way.offset)), BigInt(Math.round(way.slack))];
      const looked = this.#clients.around(agent, cell.from + offset - slack, cell.to + offset + slack);
      cell.looked.set(agent, { from: looked.from, to: looked.to });
      return { way, from: looked.clients };
    });
    for (const server of cell.servers) {
      const found = sources.flatMap(({ from, way }) => (from ? candidatesOf(server, from, way, ends) : []));
      const counted = found.filter(({ odds }) => odds >= leastCounted);
      this.#candidates.set(server, counted);
    }
  }

  /** Counts anew how many of a cell's servers have candidates; returns the cells for which it counts, if there are others now. */
  *#count(cell: CrowdCell): Generator<CrowdCell> {
    const routes = new Routes();
    if (!cell.isOverfull) for (const server of cell.servers) routes.count(server, this.#candidates.get(server) ?? []);
    if (cell.servers.size === 0) this.#removeCell(cell);
    if (routes.equals(cell.routes)) return;
    cell.routes = routes;
    const ofAgent = this.#cells.get(cell.agent);
    for (let number = cell.number; number <= cell.number + cellsBefore; number += 1n) {
      const later = ofAgent?.get(number);
      if (later !== undefined) yield later;
    }
  }

  /** Counts the same with the cells before; returns whether it is something else now. */
  #countBefore(cell: CrowdCell): boolean {
    const routes = new Routes();
    const ofAgent = this.#cells.get(cell.agent);
    for (let number = cell.number - cellsBefore; number <= cell.number; number += 1n) {
      const before = ofAgent?.get(number);
      if (before !== undefined) routes.addAll(before.routes);
    }
    if (routes.equals(cell.routesBefore)) return false;
    cell.routesBefore = routes;
    return true;
  }

  /** Servers among these, and those that may have asked clients among them. */
  *#servedBy(passages: ReadonlySet<Passage>): Generator<Passage> {
    for (const passage of passages) {
      if (passage.isServer) yield passage;
      else yield* this.#suitors.get(passage)?.keys() ?? [];
    }
  }

  /** Lets count for a server's candidates what does so for several: the way that it was asked, and neighbours. */
  #weigh(server: Passage, { routesBefore }: CrowdCell): void {
    const before = this.#weighed.get(server) ?? [];
    const candidates = this.#candidates.get(server) ?? [];
    const weight = candidates.length > 0 ? routesBefore.weigh(server) : 1;
    const weighed = candidates.map((candidate) => ({ ...candidate, odds: candidate.odds * weight }));
    weighNeighbours(server, weighed);
    if (before.length === weighed.length && weighed.every(({ odds }, place) => odds === before[place]?.odds)) return;
    this.#weighed.set(server, weighed);
    this.#unsettled.add(server);
    for (const { client, odds } of weighed) {
      const suitors = entryOf(this.#suitors, client, newOdds);
      suitors.set(server, odds);
      for (const other of suitors.keys()) this.#unsettled.add(other);
    }
  }

  #forgetCandidates(server: Passage, isToSettle: boolean): void {
    for (const { client } of this.#candidates.get(server) ?? []) {
      const suitors = this.#suitors.get(client);
      suitors?.delete(server);
      if (isToSettle) for (const other of suitors?.keys() ?? []) this.#unsettled.add(other);
    }
    this.#candidates.delete(server);
    this.#weighed.delete(server);
  }

  /** Returns whether its parent is another one now. */
  #decide(server: Passage): boolean {
    const candidates = this.#weighed.get(server) ?? [];
    const best = nextBest(undefined, candidates);
    if (best === undefined || best.odds <= leastOdds || !this.#isLikeliest(server, best)) {
      return server.placed.setParent(undefined, "payload", 0);
    }
    // Sums of numbers depend on their order.
    const suitors = [...(this.#suitors.get(best.client) ?? [])].sort(([left], [right]) => byTime(left, right));
    let all = 1 - best.odds;
    for (const { odds } of candidates) all += odds;
    for (const [, odds] of suitors) all += odds;
    const confidence = storedConfidence(best.odds / all, best.isAssumed);
    const runnerUp = nextBest(best, candidates);
    return server.placed.setParent(best.client.placed, "payload", confidence, runnerUp?.client.placed);
  }

  #isLikeliest(server: Passage, { client, odds }: Candidate): boolean {
    for (const [other, otherOdds] of this.#suitors.get(client) ?? []) {
      if (otherOdds > odds || (otherOdds === odds && byTime(other, server) < 0)) return false;
    }
    return true;
  }

  #removeCell({ agent, number }: CrowdCell): void {
    const ofAgent = this.#cells.get(agent);
    ofAgent?.delete(number);
    if (ofAgent?.size === 0) this.#cells.delete(agent);
  }

  #cellOf({ placed }: Passage): CrowdCell {
    const { agent, start } = placed.span;
    const ofAgent = entryOf(this.#cells, agent, newCells);
    return entryOf(ofAgent, cellAt(start), () => new CrowdCell(agent, cellAt(start), this.user));
  }
}

const newSpans = (): PlacedSpan[] => [];
const newOdds = () => new Map<Passage, number>();
const newCells = () => new Map<bigint, CrowdCell>();
