import { mergeSorted } from "../collections/merge-sorted";
import type { Span } from "../span/span";
import { allowsZero, type OffsetRange, offsetRange, turnRange } from "./clock-offset";
import { agreeingRequests, confidenceOf } from "./connection-confidence";
import { isCompatible, matchWithGaps } from "./match-with-gaps";
import { byPlacedTime, type PlacedSpan } from "./placed-span";

/**
 * The requests that went over one connection, as the client saw them (`clients`) and as the server did (`servers`), and
 * who is whose. As long as the sides go in step, each request is paired with the one at the same place, and only what
 * is new is looked at; one offset between the two clocks has to allow all of it. The side that is ahead is then taken to
 * be ahead at its end, as it is when the other agent's spans are still to come. Where the clocks do not agree as they
 * are, or some requests were missed by one side, all are matched anew.
 *
 * The pairs follow from the spans alone, not from the order in which they came.
 */
export class ConnectionPairs {
  #clients: PlacedSpan[] = [];
  #servers: PlacedSpan[] = [];
  #fresh: PlacedSpan[] = [];
  /** Servers to find a client for. */
  #wanting = 0;
  #isWanted = false;
  /** Servers that name their client, and clients that are named: they are paired already and stand aside. */
  #named: PlacedSpan[] = [];
  #aside: PlacedSpan[] = [];
  readonly #namedIds = new Set<string>();
  /** Spans of either side that were ever here, without those another version took the place of. */
  #clientsSeen = 0;
  #serversSeen = 0;
  /** Offsets that the first n pairs allow, after each; its length is how many go in step. */
  #inStep: OffsetRange[] = [];
  /** Confidence of the pairs made in step; -1 when they were made otherwise, or lost. */
  #confidence = -1;

  get isEmpty(): boolean {
    const { length } = this.#clients;
    return length + this.#servers.length + this.#fresh.length + this.#named.length + this.#aside.length === 0;
  }

  /** Whether a client was ever to be found here: only then is it to hold all spans of its connection. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Whether only those who asked were seen here, or only who was asked. */
  get isOneSided(): boolean {
    return this.#clientsSeen === 0 || this.#serversSeen === 0;
  }

  /** How many were seen of the side that a span is of. */
  countOf({ direction }: Span): number {
    return direction === "Egress" ? this.#clientsSeen : this.#serversSeen;
  }

  /** All its spans, in no order. */
  *spans(): Generator<PlacedSpan> {
    for (const placed of [this.#clients, this.#servers, this.#fresh, this.#named, this.#aside]) yield* placed;
  }

  /** Returns whether it is the first for which a client is to be found. */
  add(placed: PlacedSpan): boolean {
    this.#fresh.push(placed);
    this.#count(placed, 1);
    if (!isWantingServer(placed)) return false;
    const isFirst = !this.#isWanted;
    this.#wanting += 1;
    this.#isWanted = true;
    return isFirst;
  }

  /** A span is to go with the next `dropGone`. */
  leaves(placed: PlacedSpan): void {
    if (placed.isReplaced) this.#count(placed, -1);
    if (isWantingServer(placed)) this.#wanting -= 1;
  }

  /** Drops the spans that are gone. The pairs of the others stay: who is gone went with its other side. */
  dropGone(): void {
    const isHere = (placed: PlacedSpan) => !placed.isGone;
    this.#named = this.#named.filter(isHere);
    // Whoever named them may be gone: they are looked at again.
    this.#fresh = [...this.#fresh, ...this.#aside].filter(isHere);
    this.#aside = [];
    this.#namedIds.clear();
    for (const { span } of this.#named) this.#namedIds.add(span.parentId);
    this.#clients = this.#clients.filter(isHere);
    this.#servers = this.#servers.filter(isHere);
    this.#lose();
  }

  /** Brings the pairs up to date; appends the servers whose parent is another one now. */
  solve(changed: PlacedSpan[]): void {
    if (this.#wanting === 0 || this.isOneSided) return;
    const from = this.#takeFresh();
    if (this.#stepOn(from) && this.#isStepSure()) this.#pairInStep(from, changed);
    else this.#pairWithGaps(changed);
  }

  #count({ span }: PlacedSpan, by: number): void {
    if (span.direction === "Egress") this.#clientsSeen += by;
    else this.#serversSeen += by;
  }

  /** Returns the first place that is new on either side. */
  #takeFresh(): number {
    const servers = this.#fresh.filter(({ span }) => span.direction === "Ingress");
    const named = servers.filter((server) => !server.wantsParent);
    this.#named.push(...named);
    for (const { span } of named) this.#namedIds.add(span.parentId);
    if (named.length > 0) this.#setAside();
    const clients = this.#fresh.filter(({ span }) => span.direction === "Egress");
    const isNamed = (placed: PlacedSpan) => this.#namedIds.has(placed.span.spanId);
    this.#aside.push(...clients.filter(isNamed));
    this.#fresh = [];
    return Math.min(
      mergeSorted(
        this.#clients,
        clients.filter((client) => !isNamed(client)),
        byPlacedTime,
      ),
      mergeSorted(
        this.#servers,
        servers.filter((server) => server.wantsParent),
        byPlacedTime,
      ),
    );
  }

  #setAside(): void {
    const isNamed = (placed: PlacedSpan) => this.#namedIds.has(placed.span.spanId);
    const named = this.#clients.filter(isNamed);
    if (named.length === 0) return;
    this.#aside.push(...named);
    this.#clients = this.#clients.filter((client) => !isNamed(client));
    this.#lose();
  }

  #lose(): void {
    this.#inStep = [];
    this.#confidence = -1;
  }

  /** Goes on in step from a place, or from where it got to; false when no offset allows it. */
  #stepOn(from: number): boolean {
    // The turn of the last request ends where the next one begins, which may be new.
    this.#inStep.length = Math.max(0, Math.min(this.#inStep.length, from - 1));
    const places = Math.min(this.#clients.length, this.#servers.length);
    for (let place = this.#inStep.length; place < places; place += 1) {
      const range = this.#allowed(place);
      if (range === undefined) return false;
      this.#inStep.push(range);
    }
    return true;
  }

  #allowed(place: number): OffsetRange | undefined {
    const client = (this.#clients[place] as PlacedSpan).span;
    const server = (this.#servers[place] as PlacedSpan).span;
    if (!isCompatible(client, server)) return undefined;
    const before = this.#inStep[place - 1];
    const nested = intersection(before, offsetRange(client, server));
    if (nested !== undefined) return nested;
    return intersection(before, turnRange(client, server, this.#clients[place + 1]?.span));
  }

  /** Either clocks agree as they are, or enough requests agree on a difference and no side is ahead. */
  #isStepSure(): boolean {
    const range = this.#inStep.at(-1);
    if (range === undefined || allowsZero(range)) return true;
    return this.#inStep.length >= agreeingRequests && this.#clients.length === this.#servers.length;
  }

  #pairInStep(from: number, changed: PlacedSpan[]): void {
    const places = this.#inStep.length;
    const range = this.#inStep[places - 1];
    const confidence = range === undefined ? 0 : confidenceOf(range.low, range.high, places);
    const first = confidence === this.#confidence ? from : 0;
    this.#confidence = confidence;
    for (let place = first; place < this.#servers.length; place += 1) {
      this.#pair(place, place < places ? this.#clients[place] : undefined, confidence, changed);
    }
  }

  #pairWithGaps(changed: PlacedSpan[]): void {
    const { clients, confidence } = matchWithGaps(this.#clients, this.#servers);
    this.#confidence = -1;
    for (const [place, client] of clients.entries()) this.#pair(place, client, confidence, changed);
  }

  #pair(place: number, client: PlacedSpan | undefined, confidence: number, changed: PlacedSpan[]): void {
    const server = this.#servers[place] as PlacedSpan;
    if (server.setParent(client, "connection", client === undefined ? 0 : confidence)) changed.push(server);
  }
}

function isWantingServer(placed: PlacedSpan): boolean {
  return placed.span.direction === "Ingress" && placed.wantsParent;
}

function intersection(before: OffsetRange | undefined, range: OffsetRange): OffsetRange | undefined {
  if (range.low > range.high) return undefined;
  if (before === undefined) return range;
  const low = Math.max(before.low, range.low);
  const high = Math.min(before.high, range.high);
  return low <= high ? { low, high } : undefined;
}
