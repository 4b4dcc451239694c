import { entryOf } from "../../collections/entry-of";
import { mergeSorted } from "../../collections/merge-sorted";
import type { Span } from "../../span/span";
import type { ConnectionPairs } from "../connection-pairs";
import type { PlacedSpan } from "../placed-span";
import { KnownEnds } from "./known-ends";
import { epochOf, LearntDelays } from "./learnt-delays";
import { byTime, comparedNeighbours, Passage } from "./passage";
import { SameRequests } from "./same-requests";

/** Requests to one endpoint. Payloads are read once there are both those who asked and those who were asked. */
interface Meeting {
  clients: number;
  servers: number;
  readonly waiting: Set<Passage>;
  readonly byPayload: Map<string, SameRequests>;
}

/**
 * Pairs requests whose two sides are on different connections, because an address translator, a load balancer or a proxy
 * that no agent sees lies between them. Only spans of connections of which one side alone was seen are held here.
 *
 *     connections of one side ─► by endpoint ─► by payload ─► who is whose
 *
 * As everywhere, pairs follow from the spans held and not from the order in which they came.
 */
export class TranslatedPairs {
  readonly #connections = new Map<ConnectionPairs, Passage[]>();
  readonly #meetings = new Map<string, Meeting>();
  readonly #ends = new KnownEnds();
  readonly #delays = new LearntDelays();
  readonly #changed = new Set<SameRequests>();
  readonly #newSameRequests = () => new SameRequests(this.#changed);
  /** Requests held, by the server that was asked and its epoch. */
  readonly #held = new Map<string, Map<bigint, number>>();

  /** Takes note of an address that is a connection's own end. */
  noteEnd(span: Span): void {
    this.#ends.note(span);
  }

  has(connection: ConnectionPairs): boolean {
    return this.#connections.has(connection);
  }

  /** New spans of a connection with one side. Appends those that lose the parent they had. */
  add(connection: ConnectionPairs, spans: readonly PlacedSpan[], changed: PlacedSpan[]): void {
    const fresh: Passage[] = [];
    for (const placed of spans) if (placed.wantsParent) fresh.push(new Passage(placed));
    const passages = entryOf(this.#connections, connection, newPassages);
    if (fresh.length === 0) return;
    const first = mergeSorted(passages, fresh, byTime);
    for (let place = Math.max(first, 0); place < passages.length; place += 1) joined(passages, place);
    joinAround(passages, Math.max(first, 0), new Set(fresh));
    for (const passage of fresh) {
      this.#meet(passage);
      if (passage.isServer && passage.placed.setParent(undefined, "payload", 0)) changed.push(passage.placed);
    }
  }

  /** The other side of a connection came: its spans are paired there. Appends those that lose the parent they had. */
  withdraw(connection: ConnectionPairs, changed: PlacedSpan[]): void {
    const passages = this.#connections.get(connection) ?? [];
    this.#connections.delete(connection);
    this.#leave(passages, true);
    for (const { placed } of passages) {
      if (placed.span.direction === "Ingress" && placed.setParent(undefined, "payload", 0)) changed.push(placed);
    }
  }

  /** Spans that are gone: whole traces, whose places nobody wants, or some that others take the place of. */
  remove(connection: ConnectionPairs, areReplaced: boolean): void {
    const passages = this.#connections.get(connection);
    if (passages === undefined) return;
    const gone = passages.filter(({ placed }) => placed.isGone);
    const left = passages.filter(({ placed }) => !placed.isGone);
    if (connection.isEmpty) this.#connections.delete(connection);
    else this.#connections.set(connection, left);
    if (gone.length === 0) return;
    this.#leave(gone, areReplaced);
    for (const place of left.keys()) {
      joined(left, place);
      if (areReplaced) join(left[place] as Passage);
    }
  }

  /** Brings pairs up to date; appends the servers whose parent is another one now. */
  solve(changed: PlacedSpan[]): void {
    this.#touchAtNewEnds();
    if (this.#changed.size === 0) return;
    for (const same of this.#changed) same.tell(this.#delays, this.#ends);
    this.#delays.outdateUsers();
    for (const same of this.#changed) same.solve(this.#delays, this.#ends, changed);
    this.#changed.clear();
  }

  #touchAtNewEnds(): void {
    const isAtNewEnd = this.#ends.takeNew();
    if (isAtNewEnd === undefined) return;
    for (const { byPayload } of this.#meetings.values()) {
      for (const same of byPayload.values()) {
        for (const passage of same.passages()) if (isAtNewEnd(passage.placed.span)) same.touch(passage);
      }
    }
  }

  #meet(passage: Passage): void {
    const meeting = entryOf(this.#meetings, meetingOf(passage.placed.span), newMeeting);
    if (passage.isServer) meeting.servers += 1;
    else meeting.clients += 1;
    meeting.waiting.add(passage);
    if (meeting.clients === 0 || meeting.servers === 0) return;
    for (const each of meeting.waiting) {
      const { request } = each.payload;
      if (request === "") continue;
      each.among = entryOf(meeting.byPayload, request, this.#newSameRequests);
      each.among.add(each);
      if (each.isServer) this.#count(each, 1);
    }
    meeting.waiting.clear();
  }

  #leave(gone: readonly Passage[], areReplaced: boolean): void {
    const leaving = new Map<SameRequests, Set<Passage>>();
    for (const passage of gone) {
      const { among } = passage;
      if (among === undefined) {
        this.#part(passage);
        continue;
      }
      if (passage.isServer) this.#count(passage, -1);
      entryOf(leaving, among, newPassageSet).add(passage);
    }
    for (const [same, passages] of leaving) {
      same.remove(passages, areReplaced, this.#delays);
      for (const passage of passages) this.#part(passage);
    }
  }

  #part(passage: Passage): void {
    const key = meetingOf(passage.placed.span);
    const meeting = this.#meetings.get(key);
    if (meeting === undefined) return;
    meeting.waiting.delete(passage);
    if (passage.isServer) meeting.servers -= 1;
    else meeting.clients -= 1;
    if (passage.among?.isEmpty) {
      meeting.byPayload.delete(passage.payload.request);
      passage.among.tell(this.#delays, this.#ends);
      this.#changed.delete(passage.among);
    }
    if (meeting.clients + meeting.servers === 0) this.#meetings.delete(key);
  }

  #count({ placed }: Passage, by: number): void {
    const { agent, start } = placed.span;
    const held = entryOf(this.#held, agent, newCounts);
    const epoch = epochOf(start);
    const count = (held.get(epoch) ?? 0) + by;
    if (count > 0) {
      held.set(epoch, count);
      return;
    }
    held.delete(epoch);
    if (held.size === 0) this.#held.delete(agent);
    this.#delays.drop(agent, epoch);
  }
}

const newPassages = (): Passage[] => [];
const newPassageSet = () => new Set<Passage>();
const newCounts = () => new Map<bigint, number>();
const newMeeting = (): Meeting => ({ clients: 0, servers: 0, waiting: new Set(), byPayload: new Map() });

/** Without an endpoint size and protocol have to agree. */
function meetingOf({ endpoint, protocol, requestSize }: Span): string {
  return endpoint === "" ? `${protocol} ${requestSize}` : endpoint;
}

/** Those to whom passages that are new, from a place on, are neighbours now. */
function joinAround(passages: readonly Passage[], first: number, fresh: ReadonlySet<Passage>): void {
  let next = 0;
  for (let place = first; place < passages.length; place += 1) {
    if (!fresh.has(passages[place] as Passage)) continue;
    const past = Math.min(place + comparedNeighbours + 1, passages.length);
    for (next = Math.max(next, place - comparedNeighbours); next < past; next += 1) join(passages[next] as Passage);
  }
}

function join(passage: Passage): void {
  passage.among?.join(passage);
}

function joined(passages: readonly Passage[], place: number): void {
  const passage = passages[place] as Passage;
  passage.before = passages[place - 1];
  passage.after = passages[place + 1];
  if (passage.before !== undefined) passage.before.after = passage;
}
