import { Group } from "./group";
import type { Member } from "./member";

/**
 * Which spans are one trace: those with the same given trace id, and those linked parent to child. Joining is done at
 * once, as union-find does it, by moving the smaller group's spans to the larger. Taking a link away can part a group,
 * so its spans are then joined again from nothing.
 *
 * Open groups differ from what is stored, settled ones do not; both are kept in the order of their last change.
 */
export class Groups {
  readonly open = new Set<Group>();
  readonly settled = new Set<Group>();
  readonly #byTraceId = new Map<string, Group>();
  /** Groups by the id of a parent that is not here. */
  readonly #awaiting = new Map<string, Group>();

  constructor(readonly memberOf: (spanId: string) => Member | undefined) {}

  /** Puts a span that came now and is in no group into the one it belongs to; `now` in milliseconds. */
  join(member: Member, now: number): Group {
    const { spanId, traceId } = member.span;
    let group = this.#awaiting.get(spanId) ?? new Group();
    this.#awaiting.delete(spanId);
    this.#put(member, group);
    if (traceId !== "") {
      group = this.#merge(group, this.#byTraceId.get(traceId));
      this.#byTraceId.set(traceId, group);
    }
    group = this.#mergeWithParent(member, group);
    this.touch(group, now);
    return group;
  }

  /** Joins a span's group with that of its parent, which was found only now. */
  joinParent(member: Member, now: number): void {
    if (member.group !== undefined) this.reopen(this.#mergeWithParent(member, member.group), now);
  }

  /** Takes groups apart and joins their spans again by the links they have now. */
  rejoin(groups: ReadonlySet<Group>, now: number): void {
    const members: Member[] = [];
    const open = [...groups].filter((group) => this.open.has(group));
    const changedAt = open.length === 0 ? now : Math.max(...open.map((group) => group.changedAt));
    const waitsSince = Math.min(now, ...open.map((group) => group.waitsSince));
    for (const group of groups) {
      for (const member of group.members) members.push(member);
      this.drop(group);
    }
    for (const member of members) member.group = undefined;
    for (const member of members) {
      const group = this.join(member, now);
      group.waitsSince = Math.min(group.waitsSince, waitsSince);
      group.changedAt = changedAt;
    }
  }

  /** A span came to the group now, so that it differs from what is stored and is not at rest. */
  touch(group: Group, now: number): void {
    if (!this.open.has(group)) group.waitsSince = now;
    group.changedAt = now;
    this.settled.delete(group);
    this.open.delete(group);
    this.open.add(group);
  }

  /** The group differs from what is stored, though no span came. */
  reopen(group: Group, now: number): void {
    if (!this.open.has(group)) this.touch(group, now);
  }

  /** The group is stored as it is now. */
  settle(group: Group, now: number): void {
    group.changedAt = now;
    this.open.delete(group);
    this.settled.delete(group);
    this.settled.add(group);
  }

  /** Forgets a group and the keys under which others find it; its members are left as they are. */
  drop(group: Group): void {
    this.open.delete(group);
    this.settled.delete(group);
    for (const member of group.members) {
      if (this.#byTraceId.get(member.span.traceId) === group) this.#byTraceId.delete(member.span.traceId);
      if (this.#awaiting.get(member.parentId) === group) this.#awaiting.delete(member.parentId);
    }
  }

  /** Takes one span out of its group, which then has to be rejoined. */
  remove(member: Member): void {
    const group = member.group;
    if (group === undefined) return;
    group.members.delete(member);
    member.group = undefined;
    if (this.#byTraceId.get(member.span.traceId) === group) this.#byTraceId.delete(member.span.traceId);
    if (this.#awaiting.get(member.parentId) === group) this.#awaiting.delete(member.parentId);
    if (group.members.size > 0) return;
    this.open.delete(group);
    this.settled.delete(group);
  }

  #put(member: Member, group: Group): void {
    group.members.add(member);
    member.group = group;
  }

  #mergeWithParent(member: Member, group: Group): Group {
    const { parentId } = member;
    if (parentId === "" || parentId === member.span.spanId) return group;
    const parent = this.memberOf(parentId);
    if (parent?.group !== undefined) return this.#merge(group, parent.group);
    const merged = this.#merge(group, this.#awaiting.get(parentId));
    this.#awaiting.set(parentId, merged);
    return merged;
  }

  #merge(group: Group, other: Group | undefined): Group {
    if (other === undefined || other === group) return group;
    const [into, from] = group.members.size < other.members.size ? [other, group] : [group, other];
    for (const member of from.members) {
      this.#put(member, into);
      const { traceId } = member.span;
      // The keys of a group that is about to be rejoined may be another's by now.
      if (this.#byTraceId.get(traceId) === from) this.#byTraceId.set(traceId, into);
      if (this.#awaiting.get(member.parentId) === from) this.#awaiting.set(member.parentId, into);
    }
    this.settled.delete(from);
    if (this.open.delete(from)) {
      const isOpen = this.open.has(into);
      into.waitsSince = isOpen ? Math.min(into.waitsSince, from.waitsSince) : from.waitsSince;
      into.changedAt = isOpen ? Math.max(into.changedAt, from.changedAt) : from.changedAt;
      this.settled.delete(into);
      this.open.add(into);
    }
    return into;
  }
}
