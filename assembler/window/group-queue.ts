import type { Group } from "./member";

/**
 * Groups in the order in which they were last put in. A group is in one queue at most. It keeps its neighbours itself: a
 * set costs memory for every move to the end, and each span that comes moves its group.
 */
export class GroupQueue implements Iterable<Group> {
  #first: Group | undefined;
  #last: Group | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Group | undefined {
    return this.#first;
  }

  has(group: Group): boolean {
    return group.queue === this;
  }

  /** Puts a group at the end, also if it was elsewhere in this queue; it must be in no other. */
  add(group: Group): void {
    if (group === this.#last) return;
    this.delete(group);
    group.queue = this;
    group.before = this.#last;
    if (this.#last === undefined) this.#first = group;
    else this.#last.after = group;
    this.#last = group;
    this.#size += 1;
  }

  /** Returns whether the group was in this queue. */
  delete(group: Group): boolean {
    if (group.queue !== this) return false;
    const { before, after } = group;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    group.queue = undefined;
    group.before = undefined;
    group.after = undefined;
    this.#size -= 1;
    return true;
  }

  /** In order; the group that was given last may be taken out meanwhile. */
  *[Symbol.iterator](): Iterator<Group> {
    let group = this.#first;
    while (group !== undefined) {
      const { after }: Group = group;
      yield group;
      group = after;
    }
  }
}
