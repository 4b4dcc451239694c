import type { Exchange, ProcessTraffic } from "../algorithm";

/** Relations of a pair that a call and a request stand in, as far as threads and identifiers show. */
const unknown = 0;
const differs = 1;
const agrees = 2;
/** The request is the last that its thread began before the call. */
const isLatest = 3;
const ownStates = 4;
const threadStates = 3 * ownStates;
/** A handful of pairs should not make a rule. */
const priorPairs = 4;

/** ln of how much likelier each state of a pair is where the pair is right than where it is not. */
export interface PairOdds {
  /** By slot, then state. */
  readonly threads: readonly Float64Array[];
  readonly ending: Float64Array;
  readonly identifiers: Float64Array;
}

/** What threads and identifiers say about a pair of a request and a call. */
export class PairEvidence {
  readonly hasThreads: boolean;
  readonly #requestThread: Int32Array;
  readonly #requestEndThread: Int32Array;
  readonly #callThread: Int32Array;
  readonly #callEndThread: Int32Array;
  /** By call: the last request that began before it on its thread, -1 = none. */
  readonly #latestRequest: Int32Array;
  odds: PairOdds | undefined;
  /**
   * Whether to tell the latest request of a thread from its others. A first guess goes by turn, which decides how often
   * the latest is chosen, so that odds counted there would confirm the guess.
   */
  doesLatestTell = false;

  constructor(
    traffic: ProcessTraffic,
    readonly sharing: IdentifierSharing,
  ) {
    const { requests, calls } = traffic;
    [this.#requestThread, this.#requestEndThread] = threadsOf(requests);
    [this.#callThread, this.#callEndThread] = threadsOf(calls);
    this.#latestRequest = latestRequests(traffic);
    this.hasThreads = this.#callThread.some((thread) => thread !== 0);
  }

  /** Whether the call runs on the request's thread, and on the thread on which its anchor ended or began. */
  threadState(request: number, call: number, anchorCall: number, atEnd: boolean): number {
    const thread = this.#callThread[call] as number;
    const same = relation(this.#requestThread[request] as number, thread);
    const own = this.doesLatestTell && same === agrees && this.isLatest(request, call) ? isLatest : same;
    if (anchorCall < 0) return own;
    return own + ownStates * relation((atEnd ? this.#callEndThread : this.#callThread)[anchorCall] as number, thread);
  }

  /** Whether the request is the last that began on the call's thread before the call. */
  isLatest(request: number, call: number): boolean {
    return this.#latestRequest[call] === request;
  }

  endingState(request: number, lastCall: number): number {
    return relation(this.#requestEndThread[request] as number, this.#callEndThread[lastCall] as number);
  }

  ofCall(slot: number, request: number, call: number, anchorCall: number, atEnd: boolean): number {
    return (
      this.ofThreads(slot, request, call, anchorCall, atEnd) +
      (this.sharing.isEmpty ? 0 : this.ofIdentifiers(request, call))
    );
  }

  ofThreads(slot: number, request: number, call: number, anchorCall: number, atEnd: boolean): number {
    if (!this.hasThreads) return 0;
    return this.odds?.threads[slot]?.[this.threadState(request, call, anchorCall, atEnd)] ?? 0;
  }

  ofIdentifiers(request: number, call: number): number {
    return this.odds?.identifiers[this.sharing.of(request, call)] ?? 0;
  }

  ofEnding(request: number, lastCall: number): number {
    if (this.odds === undefined || !this.hasThreads) return 0;
    return this.odds.ending[this.endingState(request, lastCall)] as number;
  }
}

function latestRequests({ requests, calls }: ProcessTraffic): Int32Array {
  const onThread = new Map<number, number>();
  let next = 0;
  return Int32Array.from(calls, ({ start, thread }) => {
    for (; next < requests.length && (requests[next] as Exchange).start <= start; next += 1) {
      const { thread: reader } = requests[next] as Exchange;
      if (reader !== 0) onThread.set(reader, next);
    }
    return thread === 0 ? -1 : (onThread.get(thread) ?? -1);
  });
}

function threadsOf(exchanges: readonly Exchange[]): [starts: Int32Array, ends: Int32Array] {
  const starts = new Int32Array(exchanges.length);
  const ends = new Int32Array(exchanges.length);
  let place = 0;
  for (const { thread, endThread = 0 } of exchanges) {
    starts[place] = thread;
    ends[place] = endThread;
    place += 1;
  }
  return [starts, ends];
}

/** Counts of states among right and among other pairs, turned into odds. */
export class StateCounts {
  readonly right: Float64Array;
  readonly other: Float64Array;

  constructor(readonly states = threadStates) {
    this.right = new Float64Array(states);
    this.other = new Float64Array(states);
  }

  /** As if `priorPairs` more of either kind had been seen, of all states in proportion: states never seen say nothing. */
  odds(): Float64Array {
    const rights = sum(this.right);
    const others = sum(this.other);
    return this.right.map((right, state) => {
      const other = this.other[state] as number;
      if (right + other === 0) return 0;
      const prior = (priorPairs * (right + other)) / (rights + others);
      return Math.log((right + prior) / (rights + priorPairs)) - Math.log((other + prior) / (others + priorPairs));
    });
  }
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}

function relation(left: number, right: number): number {
  return left === 0 || right === 0 ? unknown : left === right ? agrees : differs;
}

/** How rare the rarest identifier is that a request and a call share. */
export class IdentifierSharing {
  static readonly states = 4;
  readonly isEmpty: boolean;
  readonly #ofRequest: (Map<number, number> | undefined)[];
  readonly #ofCall: (Int32Array | undefined)[];

  constructor({ requests, calls }: ProcessTraffic) {
    this.#ofRequest = [];
    this.#ofCall = [];
    this.isEmpty = !calls.some(({ identifiers }) => identifiers.length > 0);
    if (this.isEmpty) return;
    const numbers = new Map<string, number>();
    const holders: number[] = [];
    for (const { identifiers } of requests) {
      for (const token of new Set(identifiers)) {
        const number = numbers.get(token) ?? holders.length;
        if (number === holders.length) numbers.set(token, number);
        holders[number] = (holders[number] ?? 0) + 1;
      }
    }
    const used = new Set<number>();
    this.#ofCall = calls.map(({ identifiers }) => {
      const known: number[] = [];
      for (const token of identifiers) {
        const number = numbers.get(token);
        if (number === undefined) continue;
        known.push(number);
        used.add(number);
      }
      return known.length === 0 ? undefined : Int32Array.from(known);
    });
    this.#ofRequest = requests.map(({ identifiers }) => {
      const rarity = new Map<number, number>();
      for (const token of identifiers) {
        const number = numbers.get(token) as number;
        if (used.has(number)) rarity.set(number, rarityOf(holders[number] as number, requests.length));
      }
      return rarity.size === 0 ? undefined : rarity;
    });
  }

  /** 0 = they share none, 1 = only common ones, 2 = one that few requests hold, 3 = one that no other request holds. */
  of(request: number, call: number): number {
    const held = this.#ofRequest[request];
    const sought = this.#ofCall[call];
    if (held === undefined || sought === undefined) return 0;
    let rarest = 0;
    for (const number of sought) {
      const rarity = held.get(number) ?? 0;
      if (rarity > rarest) rarest = rarity;
    }
    return rarest;
  }
}

function rarityOf(holders: number, requests: number): number {
  if (holders === 1) return 3;
  return holders <= Math.max(4, 0.01 * requests) ? 2 : 1;
}
