import { mayShareTrace } from "../link";
import { type Delays, density } from "./delays";
import type { KnownEnds } from "./known-ends";
import { type Passage, sharedNeighbours } from "./passage";
import { keepsIdentifiers } from "./payload";

/** A client that a server's request may have come from. */
export interface Candidate {
  readonly client: Passage;
  /** How much likelier all that is known is if it did than if it did not. */
  odds: number;
  /** Nothing was learnt of the hosts' clocks. */
  readonly isAssumed: boolean;
}

/** The clients of one agent, by start. */
export interface ClientsOfAgent {
  readonly agent: string;
  readonly clients: readonly Passage[];
  /** Nanoseconds: the longest of them, and their mean. */
  readonly longest: number;
  readonly mean: number;
  /** Of them begin in a nanosecond. */
  readonly rate: number;
}

/** Clients of one agent that are looked at, by start the nearest before: of more at once none is told from the others. */
export const mostLookedAt = 32;
/** What is less likely is not even mentioned. */
export const leastOdds = 0.25;
/** Rates are not known better than over so long, in nanoseconds. */
export const leastObserved = 10_000_000_000;
/** A mean of few says little. */
export const leastMean = 1_000_000;
/** A neighbour that two connections share leaves so much less chance for another connection. */
const neighbourOdds = 4;

export function clientsOfAgent(agent: string, clients: readonly Passage[]): ClientsOfAgent {
  let longest = 0;
  let sum = 0;
  for (const { placed } of clients) {
    const duration = Number(placed.end - placed.start);
    longest = Math.max(longest, duration);
    sum += duration;
  }
  const [first, last] = [clients[0], clients.at(-1)] as [Passage, Passage];
  const observed = Math.max(Number(last.placed.start - first.placed.start), leastObserved);
  const mean = Math.max(sum / clients.length, leastMean);
  return { agent, clients, longest, mean, rate: clients.length / observed };
}

/**
 * The clients of one agent that a server's request may have come from. By chance one that asked the same would begin at any time,
 * as often as such clients do, and end at any time, as late as such clients do.
 */
export function candidatesOf(server: Passage, from: ClientsOfAgent, delays: Delays, ends: KnownEnds): Candidate[] {
  const { clients, longest, mean, rate } = from;
  const offset = BigInt(Math.round(delays.offset));
  const slack = BigInt(Math.round(delays.slack));
  const latest = server.placed.start + offset + slack;
  const end = server.placed.end + offset - slack;
  const earliest = end - BigInt(longest);
  const found: Candidate[] = [];
  let place = firstAfter(clients, latest) - 1;
  for (let looked = 0; place >= 0 && looked < mostLookedAt; place -= 1, looked += 1) {
    const client = clients[place] as Passage;
    if (client.placed.start < earliest) break;
    if (client.placed.end < end) continue;
    const agreed = agreement(client, server, ends);
    if (agreed === 0) continue;
    // Addresses that were kept say who is whose, and not whether clocks are right.
    const weight = delays.isLearnt ? agreed : Math.min(agreed, 1);
    const forth = density(delays.forth, Number(server.placed.start - client.placed.start));
    const back = density(delays.back, Number(client.placed.end - server.placed.end));
    found.push({ client, odds: (weight * forth * back * mean) / rate, isAssumed: !delays.isLearnt });
  }
  return found;
}

/** What addresses and payload say, whatever the time; 0 where these cannot be two sides of one request. */
export function agreement(client: Passage, server: Passage, ends: KnownEnds): number {
  const { span: call } = client.placed;
  const { span: request } = server.placed;
  // A proxy asks another one what it was asked, and seldom itself.
  if (call.agent === request.agent && call.tgid === request.tgid) return 0;
  const [asked, served] = [client.payload, server.payload];
  if (asked.whole !== served.whole) {
    if (asked.response !== served.response && asked.response !== 0 && served.response !== 0) return 0;
    if (!keepsIdentifiers(asked, served)) return 0;
  }
  return mayShareTrace(call, request) ? ends.weigh(call, request) : 0;
}

/** Where several may be, connections that go in step count for more; what is said against there being none stays. */
export function weighNeighbours(server: Passage, candidates: readonly Candidate[]): void {
  if (candidates.length < 2) return;
  const shared = candidates.map(({ client }) => sharedNeighbours(client, server));
  const most = Math.max(...shared);
  for (const [place, candidate] of candidates.entries()) {
    candidate.odds *= neighbourOdds ** ((shared[place] as number) - most);
  }
}

/** Place of the first client that begins after a time. */
export function firstAfter(clients: readonly Passage[], time: bigint): number {
  let low = 0;
  let high = clients.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((clients[middle] as Passage).placed.start <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
