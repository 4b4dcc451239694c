import { entryOf } from "../../collections/entry-of";
import type { PlacedSpan } from "../placed-span";
import { type SeenDelay, seenDelay } from "./delays";
import type { KnownEnds } from "./known-ends";
import type { LearntDelays } from "./learnt-delays";
import { comparedNeighbours, type Passage } from "./passage";
import { agreement } from "./passage-candidates";
import { digest } from "./payload";

/** Of so few requests with one payload, together, it is certain enough who is whose to learn delays from them. */
const fewRequests = 4;
/** Stands where a course does, for pairs that are certain because there are few; no digest is 0. */
const ofFew = 0;

type Pair = readonly [client: Passage, server: Passage];

interface Told {
  readonly client: PlacedSpan;
  readonly server: PlacedSpan;
  readonly seen: SeenDelay;
}

/** Requests of one payload, and what is new of them: who came or has other ones before it on its connection, and who went. */
export interface RequestsOfPayload {
  readonly clients: ReadonlySet<Passage>;
  readonly servers: ReadonlySet<Passage>;
  readonly touched: Iterable<Passage>;
  readonly parted: Iterable<Passage>;
}

/**
 * Clients and servers of one payload that are so few that most pairs of them are right; where they are many, those with the
 * same requests before them on their connections, if just one on each side has. Delays are learnt from them.
 */
export class CertainPairs {
  /** By what went before them. */
  readonly #byCourse = new Map<number, Set<Passage>>();
  readonly #courses = new Map<Passage, number>();
  readonly #told = new Map<number, readonly Told[]>();
  #areFew = true;

  /** Tells what is certain now, and takes back what no longer is. */
  tell(requests: RequestsOfPayload, delays: LearntDelays, ends: KnownEnds): void {
    const { clients, servers, touched, parted } = requests;
    const concerned = new Set<number>();
    for (const passage of parted) this.#place(passage, undefined, concerned);
    for (const passage of touched) this.#place(passage, courseBefore(passage), concerned);
    const areFew = clients.size <= fewRequests && servers.size <= fewRequests;
    if (areFew || this.#areFew) for (const course of [ofFew, ...this.#byCourse.keys()]) concerned.add(course);
    this.#areFew = areFew;
    for (const course of concerned) {
      if (course === ofFew) this.#tell(course, areFew ? allPairs(clients, servers) : [], delays, ends);
      else this.#tell(course, areFew ? [] : onlyPair(this.#byCourse.get(course)), delays, ends);
    }
  }

  /** These left memory: what was told of them stays as it is. */
  forget(gone: Iterable<Passage>, delays: LearntDelays): void {
    const concerned = new Set([ofFew]);
    for (const passage of gone) this.#place(passage, undefined, concerned);
    for (const course of concerned) {
      const told = this.#told.get(course) ?? [];
      const [forgotten, left] = [told.filter(isForgotten), told.filter((each) => !isForgotten(each))];
      for (const { client, server, seen } of forgotten) delays.forget(client.span.agent, server.span.agent, seen);
      this.#keep(course, left);
    }
  }

  #place(passage: Passage, course: number | undefined, concerned: Set<number>): void {
    const before = this.#courses.get(passage);
    if (before !== undefined) concerned.add(before);
    if (course !== undefined) concerned.add(course);
    if (course === before) return;
    if (before !== undefined) {
      this.#courses.delete(passage);
      const others = this.#byCourse.get(before);
      others?.delete(passage);
      if (others?.size === 0) this.#byCourse.delete(before);
    }
    if (course === undefined) return;
    this.#courses.set(passage, course);
    entryOf(this.#byCourse, course, newPassages).add(passage);
  }

  #tell(course: number, pairs: Iterable<Pair>, delays: LearntDelays, ends: KnownEnds): void {
    const before = this.#told.get(course) ?? [];
    const told: Told[] = [];
    for (const [client, server] of pairs) {
      const known = before.find((each) => each.client === client.placed && each.server === server.placed);
      const seen = known?.seen ?? seenDelay(client, server);
      if (seen.high < seen.low || agreement(client, server, ends) === 0) continue;
      told.push({ client: client.placed, server: server.placed, seen });
      if (known === undefined) delays.add(client.placed.span.agent, server.placed.span.agent, seen);
    }
    for (const { client, server, seen } of before) {
      if (!told.some((each) => each.seen === seen)) delays.remove(client.span.agent, server.span.agent, seen);
    }
    this.#keep(course, told);
  }

  #keep(course: number, told: readonly Told[]): void {
    if (told.length > 0) this.#told.set(course, told);
    else this.#told.delete(course);
  }
}

const newPassages = () => new Set<Passage>();

function* allPairs(clients: Iterable<Passage>, servers: ReadonlySet<Passage>): Generator<Pair> {
  for (const client of clients) for (const server of servers) yield [client, server];
}

function onlyPair(passages: ReadonlySet<Passage> | undefined): readonly Pair[] {
  if (passages?.size !== 2) return [];
  const [one, other] = [...passages] as [Passage, Passage];
  if (one.isServer === other.isServer) return [];
  return [one.isServer ? [other, one] : [one, other]];
}

function isForgotten({ client, server }: Told): boolean {
  return [client, server].some(({ isGone, isReplaced }) => isGone && !isReplaced);
}

/** What was asked before on the connection; undefined when it is not known or always the same. */
function courseBefore(passage: Passage): number | undefined {
  const asked: string[] = [];
  let before = passage.before;
  for (; before !== undefined && asked.length < comparedNeighbours; before = before.before) {
    asked.push(before.payload.request);
  }
  const isTelling = asked.length === comparedNeighbours && new Set(asked).size > 1;
  return isTelling ? digest(asked.join("\n")) : undefined;
}
