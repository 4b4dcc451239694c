import { entryOf } from "../../collections/entry-of";
import { assign } from "../auto/sparse-assignment";
import { seenDelay } from "./delays";
import type { KnownEnds } from "./known-ends";
import { type DelayUser, epochOf, type LearntDelays } from "./learnt-delays";
import { type FoundClient, pairConfidences } from "./pair-confidences";
import type { Passage } from "./passage";
import {
  agreement,
  type Candidate,
  type ClientsOfAgent,
  candidatesOf,
  clientsOfAgent,
  leastOdds,
  weighNeighbours,
} from "./passage-candidates";
import { Routes } from "./routes";

/** Two requests with one identifier, and no other with it: that they are one is likely, whatever the clocks say. */
const oddsOfOnlyOne = 20;

/** The client of each server, in the servers' order, all assigned at once. Both are sorted by start. */
export function assignedClients(
  clients: readonly Passage[],
  servers: readonly Passage[],
  delays: LearntDelays,
  ends: KnownEnds,
  user: DelayUser,
): (FoundClient | undefined)[] {
  const byAgent = new Map<string, Passage[]>();
  for (const client of clients) entryOf(byAgent, client.placed.span.agent, newList).push(client);
  const agents: ClientsOfAgent[] = [...byAgent].map(([agent, ofAgent]) => clientsOfAgent(agent, ofAgent));
  const routes = new Routes();
  const candidates = servers.map((server) => {
    const { agent, start } = server.placed.span;
    const found = agents.flatMap((from) =>
      candidatesOf(server, from, delays.of(from.agent, agent, epochOf(start), user), ends),
    );
    weighNeighbours(server, found);
    const all = found.length > 0 ? found : onlyOne(clients, servers, delays, ends, user);
    routes.count(server, all);
    return all;
  });
  for (const [place, server] of servers.entries()) {
    const weight = routes.weigh(server);
    for (const candidate of candidates[place] as readonly Candidate[]) candidate.odds *= weight;
  }
  return pairConfidences(candidates, assigned(candidates, clients));
}

/** Hosts whose clocks have nothing to do with each other, and of whose requests this is one of the first. */
function onlyOne(
  clients: readonly Passage[],
  servers: readonly Passage[],
  delays: LearntDelays,
  ends: KnownEnds,
  user: DelayUser,
): Candidate[] {
  const [client, server] = [clients[0], servers[0]];
  if (client === undefined || server === undefined || clients.length + servers.length > 2) return [];
  const { low, high } = seenDelay(client, server);
  const [from, to] = [client.placed.span.agent, server.placed.span.agent];
  if (high < low || delays.of(from, to, epochOf(server.placed.start), user).isLearnt) return [];
  if (server.payload.identifiers.length === 0 || agreement(client, server, ends) === 0) return [];
  return [{ client, odds: oddsOfOnlyOne, isAssumed: true }];
}

/** The likeliest pairs of all together, each client in one of them; odds below even stand alone. */
function assigned(
  candidates: readonly (readonly Candidate[])[],
  clients: readonly Passage[],
): (Candidate | undefined)[] {
  const columns = new Map(clients.map((client, place) => [client, place]));
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

const newList = (): Passage[] => [];
