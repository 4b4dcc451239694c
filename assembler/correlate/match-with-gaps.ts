import type { Span } from "../span/span";
import { commonOffset, type OffsetRange, offsetRange, recordingSlackNs } from "./clock-offset";
import { confidenceOf } from "./connection-confidence";
import { mayShareTrace } from "./link";
import { firstNotBefore, type PlacedSpan } from "./placed-span";
import { mayBeSameEndpoint } from "./same-endpoint";

/** Requests whose offsets are compared: enough to outvote chance, few enough to stay quick. */
const sampledRequests = 16;
/** Other side's requests each of them is compared with, to either side of where it would be if clocks agreed. */
const nearestRequests = 16;
/** Hosts that keep time at all differ by less, in nanoseconds. */
const keptTimeNs = 100_000_000;
/** Share of them that must agree before kept time is believed. */
const believedShare = 0.8;
/** Without kept time: how many places one side may be ahead of the other, beyond the difference of their counts. */
const spareShift = 4;
const widestShift = 256;

export interface GapMatch {
  /** The client of each server, in the servers' order; undefined where its call was not seen. */
  readonly clients: (PlacedSpan | undefined)[];
  readonly confidence: number;
}

/**
 * Pairs the requests of one connection of which one side or both missed some. The two hosts' clocks may differ by any
 * constant: the offset on which most requests agree tells whose turn it was. Both lists are sorted by start; linear in
 * their length.
 */
export function matchWithGaps(clients: readonly PlacedSpan[], servers: readonly PlacedSpan[]): GapMatch {
  const agreed = agreedOffset(clients, servers);
  const matched: (PlacedSpan | undefined)[] = new Array(servers.length).fill(undefined);
  if (agreed === undefined) return { clients: matched, confidence: 0 };
  const offset = BigInt(Math.round(agreed.offset));
  const slack = BigInt(recordingSlackNs);
  const taken = new Set<PlacedSpan>();
  let first = 0;
  for (const [place, { span: server }] of servers.entries()) {
    const start = server.start + offset;
    const end = server.end + offset;
    const isPast = (client: PlacedSpan) => taken.has(client) || client.span.end < start - slack;
    while (first < clients.length && isPast(clients[first] as PlacedSpan)) first += 1;
    let found: PlacedSpan | undefined;
    for (let next = first; next < clients.length; next += 1) {
      const client = clients[next] as PlacedSpan;
      if (client.span.start > start + slack) break;
      if (isPast(client) || !isCompatible(client.span, server)) continue;
      // Whose turn it was, unless an earlier one waited all the while.
      found = client;
      if (client.span.end >= end - slack) break;
    }
    if (found === undefined) continue;
    taken.add(found);
    matched[place] = found;
  }
  return { clients: matched, confidence: confidenceOf(agreed.offset, agreed.offset, agreed.count) };
}

/** Whether two spans can be the two sides of one request. */
export function isCompatible(client: Span, server: Span): boolean {
  return mayBeSameEndpoint(client.endpoint, server.endpoint) && mayShareTrace(client, server);
}

interface Vote {
  readonly offset: number;
  readonly count: number;
}

/**
 * First among the offsets that hosts which keep time can have; else, for clocks that have nothing to do with each
 * other, among those that put neighbouring places together.
 */
function agreedOffset(clients: readonly PlacedSpan[], servers: readonly PlacedSpan[]): Vote | undefined {
  const step = Math.ceil(servers.length / sampledRequests);
  const places: number[] = [];
  for (let place = 0; place < servers.length; place += step) places.push(place);
  const kept = vote(clients, servers, places, (place) => placesInKeptTime(clients, servers, place));
  if (kept !== undefined && kept.count >= places.length * believedShare) return kept;
  const ahead = clients.length - servers.length;
  const from = Math.max(Math.min(ahead, 0) - spareShift, -widestShift);
  const to = Math.min(Math.max(ahead, 0) + spareShift, widestShift);
  const any = vote(clients, servers, places, (place) => [place + from, place + to]);
  return (any?.count ?? 0) > (kept?.count ?? 0) ? any : kept;
}

/** `placesOf` gives the first and last client place to compare with the server at a place. */
function vote(
  clients: readonly PlacedSpan[],
  servers: readonly PlacedSpan[],
  places: readonly number[],
  placesOf: (place: number) => [number, number],
): Vote | undefined {
  const ranges: OffsetRange[] = [];
  for (const place of places) {
    const server = servers[place] as PlacedSpan;
    const [from, to] = placesOf(place);
    for (let other = Math.max(from, 0); other <= to && other < clients.length; other += 1) {
      const client = clients[other] as PlacedSpan;
      if (isCompatible(client.span, server.span)) ranges.push(offsetRange(client.span, server.span));
    }
  }
  return commonOffset(ranges);
}

function placesInKeptTime(
  clients: readonly PlacedSpan[],
  servers: readonly PlacedSpan[],
  place: number,
): [number, number] {
  const { start } = (servers[place] as PlacedSpan).span;
  const kept = BigInt(keptTimeNs);
  const middle = firstNotBefore(clients, start);
  const from = Math.max(firstNotBefore(clients, start - kept), middle - nearestRequests);
  return [from, Math.min(firstNotBefore(clients, start + kept), middle + nearestRequests) - 1];
}
