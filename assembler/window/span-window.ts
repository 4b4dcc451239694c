import { type CorrelatedSpan, Correlator } from "../correlate/correlator";
import type { IdentifyingHeaders } from "../correlate/identifying-headers";
import type { RawText } from "../json/raw-text";
import { isInstrumented, type Span } from "../span/span";
import { isSameDocument, supersedes } from "../span/supersedes";
import { cutTraceIds } from "../trace/cut-warning";
import type { TraceSpan } from "../trace/trace";
import { addressOf } from "../trace/trace-warnings";
import { Arrivals } from "./arrivals";
import { CutTraces } from "./cut-traces";
import { Groups } from "./groups";
import { Listeners } from "./listeners";
import { type Group, Member, type StoredDocument } from "./member";
import type { PageHold } from "./shard-progress";
import { StoredDocuments } from "./stored-documents";

/** Of a page's spans: when fewer are left, they get copies of their text. */
const sparseShare = 1 / 8;

/**
 * The spans of all open and recently written traces, and everything that follows from them:
 *
 *     admit ─► members ─► correlator ─► links ─► groups ─► (written by the stages) ─► forget
 *
 * What it holds follows from the spans admitted, not from their order. It does no I/O; times are milliseconds of
 * whatever clock the caller uses throughout.
 */
export class SpanWindow {
  readonly correlator: Correlator;
  readonly listeners = new Listeners();
  readonly documents = new StoredDocuments();
  readonly groups = new Groups();
  readonly cuts = new CutTraces();
  readonly #arrivals = new Arrivals();
  #hasAside = false;
  /** Spans whose groups lost a span or a link and have to be joined anew. */
  readonly #loosened = new Set<Member>();

  constructor(headers?: IdentifyingHeaders, leastConfidence?: number) {
    this.correlator = new Correlator(headers, leastConfidence);
  }

  get size(): number {
    return this.groups.size;
  }

  member(spanId: string): Member | undefined {
    return this.groups.member(spanId);
  }

  /** Whether the span is in a trace that is stored as it is. */
  isAtRest(spanId: string): boolean {
    const group = this.groups.member(spanId)?.group;
    return group !== undefined && this.groups.settled.has(group);
  }

  /**
   * Takes a span in. Of several documents with one span id the first by agent and document id counts, and of one
   * document its latest version. `came`: when it was indexed, if not about now. Returns whether anything changed.
   */
  admit(span: Span, hold: PageHold, seqNo: number, now: number, came = now): boolean {
    const known = this.groups.find(span.spanId);
    if (!(known instanceof Member)) {
      hold.held += 1;
      this.#add(new Member(span, hold, seqNo, undefined), known, now, came);
      return true;
    }
    if (!supersedes(span, known.span)) return false;
    // The older place in the shard is empty now if it was the same document: hold the newer one.
    if (known.hold !== undefined) known.hold.held -= 1;
    hold.held += 1;
    known.hold = hold;
    known.seqNo = seqNo;
    if (
      span.raw.equals(known.span.raw) &&
      span.agent === known.span.agent &&
      span.documentId === known.span.documentId
    ) {
      // The page before may go now.
      known.span.raw.moveTo(span.raw);
      return false;
    }
    this.#replace(known, span, now, came);
    return true;
  }

  /** Takes a span back that came with a stored trace, if it is not here; it keeps the parent it was stored with. */
  takeBack(stored: TraceSpan, now: number): Member {
    const known = this.groups.find(stored.span.spanId);
    if (known instanceof Member) {
      if (supersedes(stored.span, known.span) && !isSameDocument(stored.span, known.span)) {
        this.#replace(known, stored.span, now, now);
      }
      return known;
    }
    const member = new Member(stored.span, undefined, -1, stored.parentId);
    member.link = stored.link;
    this.#add(member, known, now, now);
    return member;
  }

  /** Brings links up to date, as far as spans came by `cameBy`; groups that a new link joins are joined. */
  correlate(cameBy: number, now: number): void {
    for (const member of this.#arrivals.take(cameBy)) {
      const isGone = member.group === undefined;
      if (isGone || member.placed !== undefined || isInstrumented(member.span)) continue;
      this.#placeIfNeeded(member);
    }
    if (this.correlator.takeNewlyWanted() && this.#hasAside) {
      this.#hasAside = false;
      this.groups.eachMember((member) => {
        if (member.isAside) this.#placeIfNeeded(member);
      });
    }
    for (const placed of this.correlator.solve()) {
      const member = this.groups.member(placed.span.spanId);
      if (member?.placed !== placed || member.group === undefined) continue;
      const before = member.link;
      const link = this.correlator.linkOf(placed);
      const isAnother = link?.parentId !== before?.parentId;
      if (isAnother && before !== undefined) {
        // As long as it names the parent that it leaves: the group must not be found under that one.
        this.groups.leaveParent(member);
        this.#loosened.add(member);
      }
      member.link = link;
      if (!isAnother) this.groups.reopen(member.group, now);
      else if (before === undefined) this.groups.joinParent(member, now);
    }
  }

  /** Most spans that name their parent are needed by nobody: they stay aside, which costs next to nothing. */
  #placeIfNeeded(member: Member): void {
    member.isAside = !this.correlator.needs(member.span);
    if (member.isAside) this.#hasAside = true;
    else member.placed = this.correlator.add(member.span);
  }

  /** Parts groups that lost a link, and opens those whose completeness a new listener puts in doubt. */
  regroup(now: number): void {
    const parted = new Set<Group>();
    for (const { group } of this.#loosened) if (group !== undefined) parted.add(group);
    this.#loosened.clear();
    this.groups.rejoin(parted, now);
    this.#noticeListeners(now);
  }

  /** Takes note of what a stored trace that comes back says of itself. */
  noteCuts(document: RawText): void {
    for (const traceId of cutTraceIds(document)) this.cuts.add(traceId, true);
  }

  /** Lets single spans go; what they joined is parted by the next `regroup`. */
  evict(members: readonly Member[]): void {
    const placed: CorrelatedSpan[] = [];
    for (const member of members) {
      const { group } = member;
      this.groups.evict(member);
      const left = group?.members[0];
      if (left !== undefined) this.#loosened.add(left);
      this.#loosened.delete(member);
      this.documents.leave(member);
      if (member.placed !== undefined) placed.push(member.placed);
      member.placed = undefined;
    }
    this.correlator.replaceAll(placed);
  }

  /** Lets groups go, with their spans. */
  forget(groups: readonly Group[]): void {
    const gone: CorrelatedSpan[] = [];
    const holds = new Set<PageHold>();
    for (const group of groups) {
      this.groups.drop(group);
      let released: StoredDocument | undefined;
      for (const member of group.members) {
        this.cuts.forget(member.span.traceId);
        if (member.placed !== undefined) gone.push(member.placed);
        if (this.#loosened.size > 0) this.#loosened.delete(member);
        if (member.hold !== undefined) {
          member.hold.held -= 1;
          holds.add(member.hold);
        }
        // Mostly one holds them all.
        if (member.document === undefined || member.document === released) continue;
        released = member.document;
        this.documents.release(released);
      }
    }
    this.correlator.removeAll(gone);
    this.#detachStragglers(holds);
    for (const { held, isDetached, body } of holds) if (held === 0 || isDetached) body?.release();
  }

  /** The text of a few spans must not keep whole pages in memory. */
  #detachStragglers(holds: ReadonlySet<PageHold>): void {
    const sparse = new Set<PageHold>();
    for (const hold of holds) {
      if (!hold.isDetached && hold.held > 0 && hold.held <= hold.size * sparseShare) sparse.add(hold);
    }
    if (sparse.size === 0) return;
    this.groups.eachMember(({ hold, span }) => {
      if (hold !== undefined && sparse.has(hold)) span.raw.detach();
    });
    for (const hold of sparse) hold.isDetached = true;
  }

  #add(member: Member, known: Member | Group | undefined, now: number, came: number): void {
    this.listeners.note(member.span);
    if (member.pinnedParentId === undefined) this.#arrivals.add(member, now);
    this.groups.join(member, came, known);
  }

  #replace(member: Member, span: Span, now: number, came: number): void {
    const group = member.group;
    this.groups.remove(member);
    const left = group?.members[0];
    if (left !== undefined) this.#loosened.add(left);
    this.#loosened.delete(member);
    member.link = member.pinnedParentId === undefined ? undefined : member.link;
    if (member.placed !== undefined) this.correlator.replaceAll([member.placed]);
    member.placed = undefined;
    member.isAside = false;
    // A trace that was written with it says what became of it, and its page may go before.
    member.span.raw.detach();
    member.span = span;
    this.#add(member, this.groups.find(span.spanId), now, came);
  }

  /** A call to an address nobody was known to listen at may lack its callee now. */
  #noticeListeners(now: number): void {
    const fresh = this.listeners.takeFresh();
    if (fresh.size === 0) return;
    this.groups.eachMember(({ span, group }) => {
      if (span.direction !== "Egress" || group === undefined) return;
      if (fresh.has(addressOf(span.dstIp, span.dstPort))) this.groups.reopen(group, now);
    });
  }
}
