import { GroupQueue } from "./group-queue";
import { Group, Member } from "./member";

/**
 * Which spans there are, and which are one trace: those with the same given trace id, and those linked parent to child.
 * Joining is done at once, as union-find does it, by moving the smaller group's spans to the larger. Taking a link away
 * can part a group, so its spans are then joined again from nothing.
 *
 * Open groups differ from what is stored, settled ones do not; both are kept in the order of their last change.
 */
export class Groups {
  readonly open = new GroupQueue();
  readonly settled = new GroupQueue();
  readonly #byTraceId = new Map<string, Group>();
  /** By span id: the span, or the group of its children when it is not here. One map: look-ups in it are what admitting a span costs most. */
  readonly #bySpanId = new Map<string, Member | Group>();
  #size = 0;

  /** How many spans there are. */
  get size(): number {
    return this.#size;
  }

  member(spanId: string): Member | undefined {
    const found = this.find(spanId);
    return found instanceof Member ? found : undefined;
  }

  /** The span of an id, or the group of its children when it is not here. */
  find(spanId: string): Member | Group | undefined {
    return this.#bySpanId.get(spanId);
  }

  eachMember(visit: (member: Member) => void): void {
    // An iterator would leave an object for each of them to the collector.
    this.#bySpanId.forEach((found) => {
      if (found instanceof Member) visit(found);
    });
  }

  /**
   * Puts a span that came now and is in no group into the one it belongs to; `now` in milliseconds. `found` is what
   * `find` says of its id.
   */
  join(member: Member, now: number, found: Member | Group | undefined): Group {
    const { spanId } = member.span;
    if (found !== member) this.#bySpanId.set(spanId, member);
    if (!(found instanceof Member)) this.#size += 1;
    if (found instanceof Group) found.absentParents -= 1;
    const group = this.#mergeWithParent(member, this.#place(member, found instanceof Group ? found : undefined));
    this.touch(group, now);
    return group;
  }

  /** Joins a span's group with that of its parent, which was found only now. */
  joinParent(member: Member, now: number): void {
    if (member.group !== undefined) this.reopen(this.#mergeWithParent(member, member.group), now);
  }

  /** Its parent is about to be another one; its group then has to be rejoined. */
  leaveParent(member: Member): void {
    if (member.group !== undefined) this.#unnameByParent(member, member.group);
  }

  /** Takes groups apart and joins their spans again by the links they have now. */
  rejoin(groups: ReadonlySet<Group>, now: number): void {
    if (groups.size === 0) return;
    const members: Member[] = [];
    let changedAt = Number.NEGATIVE_INFINITY;
    let waitsSince = now;
    for (const group of groups) {
      if (this.open.has(group)) {
        changedAt = Math.max(changedAt, group.changedAt);
        waitsSince = Math.min(waitsSince, group.waitsSince);
      }
      for (const member of group.members) members.push(member);
      this.#unname(group);
    }
    if (changedAt === Number.NEGATIVE_INFINITY) changedAt = now;
    for (const member of members) member.group = undefined;
    // All are in a group before any is joined with its parent's, which may come later in the list.
    for (const member of members) this.#place(member, undefined);
    for (const member of members) {
      const group = this.#mergeWithParent(member, member.group as Group);
      // It may have met a group that was not taken apart, and changed later.
      const isOpen = this.open.has(group);
      const latest = isOpen ? Math.max(group.changedAt, changedAt) : changedAt;
      this.touch(group, now);
      group.waitsSince = Math.min(group.waitsSince, waitsSince);
      group.changedAt = latest;
    }
  }

  /** A span came to the group now, so that it differs from what is stored and is not at rest. */
  touch(group: Group, now: number): void {
    if (!this.open.has(group)) group.waitsSince = now;
    group.changedAt = this.open.has(group) ? Math.max(group.changedAt, now) : now;
    this.settled.delete(group);
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
    this.settled.add(group);
  }

  /** Forgets a group with its spans. */
  drop(group: Group): void {
    this.#unname(group);
    for (const member of group.members) {
      this.#bySpanId.delete(member.span.spanId);
      member.group = undefined;
    }
    this.#size -= group.members.length;
  }

  /** Takes one span out of its group, which then has to be rejoined; the span is to be joined again at once. */
  remove(member: Member): void {
    const group = member.group;
    if (group === undefined) return;
    group.remove(member);
    this.#unnameByTrace(member, group);
    this.#unnameByParent(member, group);
    if (group.members.length > 0) return;
    this.open.delete(group);
    this.settled.delete(group);
  }

  /** Takes one span out for good; what is left of its group then has to be rejoined. */
  evict(member: Member): void {
    this.remove(member);
    if (this.#bySpanId.get(member.span.spanId) === member) this.#bySpanId.delete(member.span.spanId);
    this.#size -= 1;
  }

  /** The group of the spans that carry a trace id. */
  ofTraceId(traceId: string): Group | undefined {
    return this.#byTraceId.get(traceId);
  }

  /** Takes a group out of the queues, and away from where others find it. */
  #unname(group: Group): void {
    this.open.delete(group);
    this.settled.delete(group);
    let before = "";
    for (const member of group.members) {
      // Mostly all have the same trace id, and all parents are here: looking for each would be in vain.
      if (member.span.traceId !== before) this.#unnameByTrace(member, group);
      before = member.span.traceId;
      if (group.absentParents > 0) this.#unnameByParent(member, group);
    }
  }

  #unnameByTrace({ span: { traceId } }: Member, group: Group): void {
    if (traceId !== "" && this.#byTraceId.get(traceId) === group) this.#byTraceId.delete(traceId);
  }

  #unnameByParent({ parentId }: Member, group: Group): void {
    if (parentId === "" || this.#bySpanId.get(parentId) !== group) return;
    this.#bySpanId.delete(parentId);
    group.absentParents -= 1;
  }

  /** Puts a span that is in no group into that of its trace id, or of its children, or one of its own. */
  #place(member: Member, ofChildren: Group | undefined): Group {
    const { traceId } = member.span;
    const ofTrace = traceId === "" ? undefined : this.#byTraceId.get(traceId);
    let group = ofTrace ?? ofChildren ?? new Group();
    group.add(member);
    group = this.#merge(group, ofChildren);
    if (traceId !== "" && group !== ofTrace) this.#byTraceId.set(traceId, group);
    return group;
  }

  #mergeWithParent(member: Member, group: Group): Group {
    const { parentId } = member;
    if (parentId === "" || parentId === member.span.spanId) return group;
    const parent = this.#bySpanId.get(parentId);
    if (parent instanceof Member && parent.group !== undefined) return this.#merge(group, parent.group);
    const merged = parent instanceof Group ? this.#merge(group, parent) : group;
    if (merged !== parent && !(parent instanceof Member)) this.#bySpanId.set(parentId, merged);
    if (parent === undefined) merged.absentParents += 1;
    return merged;
  }

  #merge(group: Group, other: Group | undefined): Group {
    if (other === undefined || other === group) return group;
    const [into, from] = group.members.length < other.members.length ? [other, group] : [group, other];
    for (const member of from.members) {
      into.add(member);
      const { parentId } = member;
      const { traceId } = member.span;
      // The keys of a group that is about to be rejoined may be another's by now.
      if (traceId !== "" && this.#byTraceId.get(traceId) === from) this.#byTraceId.set(traceId, into);
      if (parentId !== "" && this.#bySpanId.get(parentId) === from) this.#bySpanId.set(parentId, into);
    }
    into.absentParents += from.absentParents;
    // Its spans are another's now.
    from.changes += 1;
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
