import { byPlacedTime, type PlacedSpan } from "../placed-span";
import { type Payload, payloadOf } from "./payload";
import type { SameRequests } from "./same-requests";

/** How many neighbours on its connection are compared, to either side. */
export const comparedNeighbours = 4;

/** One side of a request whose other side was not seen on the same connection. */
export class Passage {
  /** The requests before and after it on its connection. */
  before: Passage | undefined;
  after: Passage | undefined;
  /** Those it is among, once there is anybody on the other side. */
  among: SameRequests | undefined;
  #payload: Payload | undefined;

  constructor(readonly placed: PlacedSpan) {}

  get isServer(): boolean {
    return this.placed.span.direction === "Ingress";
  }

  get payload(): Payload {
    this.#payload ??= payloadOf(this.placed);
    return this.#payload;
  }
}

/** The order of time, by start. */
export function byTime(left: Passage, right: Passage): number {
  return byPlacedTime(left.placed, right.placed);
}

/** Neighbours that are as far apart on both connections; what a retransmission or a queue may add, in nanoseconds. */
const sameGapNs = 5_000_000;

/** How many of the requests next to these two, on their connections, are the same on both: up to four to either side. */
export function sharedNeighbours(client: Passage, server: Passage): number {
  return countShared(client, server, "before") + countShared(client, server, "after");
}

function countShared(client: Passage, server: Passage, side: "before" | "after"): number {
  const ahead = server.placed.start - client.placed.start;
  let [ofClient, ofServer] = [client[side], server[side]];
  for (let shared = 0; shared < comparedNeighbours; shared += 1) {
    if (ofClient === undefined || ofServer === undefined) return shared;
    const drift = Number(ofServer.placed.start - ofClient.placed.start - ahead);
    if (ofClient.payload.request !== ofServer.payload.request || Math.abs(drift) > sameGapNs) return shared;
    ofClient = ofClient[side];
    ofServer = ofServer[side];
  }
  return comparedNeighbours;
}
