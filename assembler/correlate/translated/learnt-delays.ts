import { entryOf } from "../../collections/entry-of";
import { assumedDelays, type Delays, delaysOf, mostLearntFrom, ownDelays, type SeenDelay } from "./delays";

/** As long as a clock's drift and a network's delays stay what they are: 34 s. */
const epochBits = 35n;

/** Number of the epoch that a time of the server is in. */
export function epochOf(start: bigint): bigint {
  return start >> epochBits;
}

/** What was seen in one epoch: the first of all, which count, and the others, which take the places of those that go. */
class SeenInEpoch {
  readonly first: SeenDelay[] = [];
  readonly #rest = new Set<SeenDelay>();

  /** Returns whether the first are others now. */
  add(seen: SeenDelay): boolean {
    const last = this.first.at(-1);
    const isFull = this.first.length === mostLearntFrom;
    if (isFull && last !== undefined && byTime(last, seen) <= 0) {
      this.#rest.add(seen);
      return false;
    }
    let place = this.first.length;
    while (place > 0 && byTime(this.first[place - 1] as SeenDelay, seen) > 0) place -= 1;
    this.first.splice(place, 0, seen);
    if (this.first.length > mostLearntFrom) this.#rest.add(this.first.pop() as SeenDelay);
    return true;
  }

  remove(seen: SeenDelay): boolean {
    if (this.#rest.delete(seen)) return false;
    const place = this.first.indexOf(seen);
    if (place === -1) return false;
    this.first.splice(place, 1);
    let next: SeenDelay | undefined;
    for (const other of this.#rest) if (next === undefined || byTime(other, next) < 0) next = other;
    if (next === undefined) return true;
    this.#rest.delete(next);
    this.first.push(next);
    return true;
  }

  /** Its span left; what it told of the time stays. */
  forget(seen: SeenDelay): void {
    this.#rest.delete(seen);
  }
}

/** Who looked at delays, and is told when they are others. */
export interface DelayUser {
  outdate(): void;
}

interface Learnt {
  delays: Delays | undefined;
  isKnown: boolean;
  readonly users: Set<DelayUser>;
}

/** By server, epoch on its clock, and client. */
type ByHosts<Value> = Map<string, Map<bigint, Map<string, Value>>>;

/**
 * Delays between pairs of hosts, learnt for each epoch from the first requests of it and of the one before of which it is
 * certain who is whose.
 */
export class LearntDelays {
  readonly #seen: ByHosts<SeenInEpoch> = new Map();
  readonly #learnt: ByHosts<Learnt> = new Map();
  readonly #changed = new Set<Learnt>();

  add(client: string, server: string, seen: SeenDelay): void {
    const epoch = epochOf(seen.at);
    if (placeIn(this.#seen, client, server, epoch, newSeen).add(seen)) this.#change(client, server, epoch);
  }

  remove(client: string, server: string, seen: SeenDelay): void {
    const epoch = epochOf(seen.at);
    if (this.#seenIn(client, server, epoch)?.remove(seen)) this.#change(client, server, epoch);
  }

  /** Its spans left memory: what they told stays. */
  forget(client: string, server: string, seen: SeenDelay): void {
    this.#seenIn(client, server, epochOf(seen.at))?.forget(seen);
  }

  of(client: string, server: string, epoch: bigint, user: DelayUser): Delays {
    const learnt = placeIn(this.#learnt, client, server, epoch, newLearnt);
    if (!learnt.isKnown) {
      const before = this.#seenIn(client, server, epoch - 1n)?.first ?? [];
      const own = this.#seenIn(client, server, epoch)?.first ?? [];
      learnt.delays = delaysOf([...before, ...own].slice(0, mostLearntFrom));
      learnt.isKnown = true;
    }
    learnt.users.add(user);
    return learnt.delays ?? (client === server ? ownDelays : assumedDelays);
  }

  /** Tells those who looked at what is no longer what would be learnt. */
  outdateUsers(): void {
    for (const learnt of this.#changed) {
      for (const user of learnt.users) user.outdate();
      learnt.users.clear();
      learnt.isKnown = false;
    }
    this.#changed.clear();
  }

  /** No request of a server's epoch is left; the epoch after it still learns from what it told. */
  drop(server: string, epoch: bigint): void {
    this.#learnt.get(server)?.delete(epoch);
    this.#seen.get(server)?.delete(epoch - 1n);
  }

  #seenIn(client: string, server: string, epoch: bigint): SeenInEpoch | undefined {
    return this.#seen.get(server)?.get(epoch)?.get(client);
  }

  #change(client: string, server: string, epoch: bigint): void {
    const learnt = this.#learnt.get(server);
    for (const concerned of [learnt?.get(epoch)?.get(client), learnt?.get(epoch + 1n)?.get(client)]) {
      if (concerned !== undefined) this.#changed.add(concerned);
    }
  }
}

const newSeen = () => new SeenInEpoch();
const newLearnt = (): Learnt => ({ delays: undefined, isKnown: false, users: new Set() });

function placeIn<Value>(
  places: ByHosts<Value>,
  client: string,
  server: string,
  epoch: bigint,
  make: () => Value,
): Value {
  const ofServer = entryOf(places, server, () => new Map<bigint, Map<string, Value>>());
  return entryOf(
    entryOf(ofServer, epoch, () => new Map<string, Value>()),
    client,
    make,
  );
}

function byTime(left: SeenDelay, right: SeenDelay): number {
  if (left.at !== right.at) return left.at < right.at ? -1 : 1;
  if (left.id !== right.id) return left.id < right.id ? -1 : 1;
  return left.forth - right.forth;
}
