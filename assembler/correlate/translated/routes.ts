import { entryOf } from "../../collections/entry-of";
import type { Passage } from "./passage";
import type { Candidate } from "./passage-candidates";

/** Of the requests that came one way: how many, and how many of them have any candidate. */
interface Counts {
  all: number;
  met: number;
}

/** Counts by the way that requests came: the server's address, and the one that it was asked from. */
export class Routes {
  readonly #counts = new Map<string, Counts>();

  count(server: Passage, candidates: readonly Candidate[]): void {
    this.#add(routeOf(server), { all: 1, met: candidates.length > 0 ? 1 : 0 });
  }

  addAll(others: Routes): void {
    for (const [route, counts] of others.#counts) this.#add(route, counts);
  }

  equals(others: Routes): boolean {
    if (this.#counts.size !== others.#counts.size) return false;
    for (const [route, { all, met }] of this.#counts) {
      const counts = others.#counts.get(route);
      if (counts?.all !== all || counts.met !== met) return false;
    }
    return true;
  }

  /**
   * What the way a request came says of its candidates: whoever is asked through a translation is nearly always, so the fewer
   * of the requests that came the same way have any candidate, the likelier these are chance.
   */
  weigh(server: Passage): number {
    const { all = 0, met = 0 } = this.#counts.get(routeOf(server)) ?? {};
    return ((met + 1) / (all + 2)) ** 3;
  }

  #add(route: string, { all, met }: Counts): void {
    const counts = entryOf(this.#counts, route, newCounts);
    counts.all += all;
    counts.met += met;
  }
}

const newCounts = (): Counts => ({ all: 0, met: 0 });

function routeOf({ placed }: Passage): string {
  return `${placed.span.srcIp}:${placed.span.srcPort} ${placed.span.dstIp}`;
}
