import { type Bundles, bundlesOf, moveBundles } from "./bundles";
import type { Candidates } from "./candidates";
import { costsOfCallee, unassignedCost } from "./costs";
import type { Slot } from "./links";
import type { RequestModel } from "./request-model";
import { moveSingles } from "./single-moves";
import { assign, type SparseCosts } from "./sparse-assignment";

/** What the calls' choices cost as the links are. */
export interface Weighed {
  /** By callee. */
  readonly costs: readonly SparseCosts[];
  /** Where requests make several calls. */
  readonly bundles: Bundles | undefined;
}

/**
 * Assigns calls anew by one model, round by round: each callee's calls, one callee after another, then all calls of a
 * request together. What came out as it was is left alone until other links change.
 */
export class Reassignment {
  /** Counts the changes of links. */
  #version = 0;
  /** By callee: the version at which its calls' assignment came out as it was. */
  readonly #settledAt: number[] = [];
  readonly #costs: SparseCosts[] = [];
  #bundles: Bundles | undefined;
  #bundlesSettledAt = -1;
  /** Those that others' calls are foretold from come first. */
  readonly #callees: ReadonlySet<number>;

  constructor(
    readonly model: RequestModel,
    readonly candidates: Candidates,
    /** Calls by callee. */
    readonly lists: readonly Int32Array[],
  ) {
    this.#callees = new Set(model.order.map((slot) => (model.links.slots[slot] as Slot).callee));
  }

  /** One round; counts the calls that have another request after it. */
  round(): number {
    const { requestOf, slots } = this.model.links;
    const before = requestOf.slice();
    for (const callee of this.#callees) if (this.#settledAt[callee] !== this.#version) this.#assign(callee);
    if (slots.length > 1 && this.#bundlesSettledAt !== this.#version) this.#assignBundles();
    let changed = 0;
    for (let call = 0; call < before.length; call += 1) if (requestOf[call] !== before[call]) changed += 1;
    return changed;
  }

  weighed(): Weighed {
    const { model, candidates, lists } = this;
    const costs = lists.map((calls, callee) =>
      this.#settledAt[callee] === this.#version
        ? (this.#costs[callee] as SparseCosts)
        : costsOfCallee(model, candidates, callee, calls),
    );
    if (model.links.slots.length < 2) return { costs, bundles: undefined };
    const isSettled = this.#bundlesSettledAt === this.#version;
    return { costs, bundles: isSettled ? this.#bundles : bundlesOf(model, candidates) };
  }

  #assign(callee: number): void {
    const { model, candidates } = this;
    const { links } = model;
    const calls = this.lists[callee] as Int32Array;
    const places = (links.slotsOf[callee] as number[]).length;
    const costs = costsOfCallee(model, candidates, callee, calls);
    const columns = assign(costs, unassignedCost);
    const before = calls.map((call) => links.requestOf[call] as number);
    links.clear(callee, calls);
    for (let row = 0; row < calls.length; row += 1) {
      const column = columns[row] as number;
      if (column >= 0) links.give(Math.floor(column / places), calls[row] as number);
    }
    if (places > 1) moveSingles(model, candidates, calls);
    this.#costs[callee] = costs;
    if (calls.some((call, row) => links.requestOf[call] !== before[row])) this.#version += 1;
    else this.#settledAt[callee] = this.#version;
  }

  #assignBundles(): void {
    const bundles = bundlesOf(this.model, this.candidates);
    this.#bundles = bundles;
    if (moveBundles(this.model, bundles) > 0) this.#version += 1;
    else this.#bundlesSettledAt = this.#version;
  }
}
