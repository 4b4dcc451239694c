import { entryOf } from "../../collections/entry-of";
import { mergeSorted } from "../../collections/merge-sorted";
import { byTime, type Passage } from "./passage";
import { type ClientsOfAgent, firstAfter, leastMean, leastObserved, mostLookedAt } from "./passage-candidates";

/** Whoever waits at any time between these, both included, may change what was seen. */
export interface LookedTime {
  readonly from: bigint;
  readonly to: bigint;
}

/** What is looked at of one agent's clients. */
export interface LookedAt extends LookedTime {
  /** Undefined where there are none. */
  readonly clients: ClientsOfAgent | undefined;
}

/** So many of the clients around tell how long they wait in the mean. */
const sampled = 32;
const everBefore = -(1n << 64n);

/** Thousands of clients of one payload, by agent, sorted by start. */
export class CrowdClients {
  readonly #clients = new Map<string, Passage[]>();
  readonly #longest = new Map<string, number>();
  #agents: readonly string[] | undefined;

  /** Those who have any here or had, in an order that depends on nothing else. */
  get agents(): readonly string[] {
    this.#agents ??= [...this.#clients.keys()].sort();
    return this.#agents;
  }

  add(fresh: readonly Passage[]): void {
    const byAgent = new Map<string, Passage[]>();
    for (const client of fresh) entryOf(byAgent, client.placed.span.agent, newList).push(client);
    for (const [agent, ofAgent] of byAgent) {
      if (!this.#clients.has(agent)) this.#agents = undefined;
      mergeSorted(entryOf(this.#clients, agent, newList), ofAgent, byTime);
      let longest = this.#longest.get(agent) ?? 0;
      for (const { placed } of ofAgent) longest = Math.max(longest, Number(placed.end - placed.start));
      this.#longest.set(agent, longest);
    }
  }

  remove(gone: ReadonlySet<Passage>): void {
    const agents = new Set<string>();
    for (const { isServer, placed } of gone) if (!isServer) agents.add(placed.span.agent);
    for (const agent of agents) {
      const left = (this.#clients.get(agent) ?? []).filter((client) => !gone.has(client));
      this.#clients.set(agent, left);
    }
  }

  /**
   * What there is for servers that begin between two times on the clients' clock, as often and as long as the clients around
   * wait: those of as long before, and as many as a server looks at.
   */
  around(agent: string, from: bigint, to: bigint): LookedAt {
    const clients = this.#clients.get(agent) ?? noPassages;
    const before = from - (to - from);
    const earliest = Math.min(firstAfter(clients, before - 1n), firstAfter(clients, from) - mostLookedAt);
    const first = Math.max(earliest, 0);
    const last = firstAfter(clients, to);
    if (last === 0) return { from: everBefore, to, clients: undefined };
    const { start } = (clients[first] as Passage).placed;
    const isAll = earliest <= 0;
    const looksFrom = isAll || start < before ? start : before;
    const isFew = last - first < mostLookedAt;
    const rate = (last - first) / Math.max(Number(to - looksFrom), isFew ? leastObserved : 1);
    const mean = meanWait(clients, first, last);
    const longest = this.#longest.get(agent) ?? 0;
    return { from: isAll ? everBefore : looksFrom, to, clients: { agent, clients, longest, mean, rate } };
  }
}

const newList = (): Passage[] => [];
const noPassages: readonly Passage[] = [];

/** In nanoseconds. */
function meanWait(clients: readonly Passage[], first: number, last: number): number {
  const step = Math.ceil((last - first) / sampled);
  let sum = 0;
  let count = 0;
  for (let place = first; place < last; place += step) {
    const { placed } = clients[place] as Passage;
    sum += Number(placed.end - placed.start);
    count += 1;
  }
  return Math.max(sum / count, leastMean);
}
