import type { FoundBy, Link } from "../correlate/link";
import { traceParentOfSpan } from "../span/request-of-span";
import { bySpanTime, isInstrumented } from "../span/span";
import type { TraceSpan } from "./trace";

/** The header names the very span; what a service passes on unread may still stand for another's. */
const confidence = 0.99;

/**
 * Puts instrumented and observed spans of one trace into one tree. The span P that sent a request is named in the
 * request's `traceparent` (or a like header), and is the parent that the receiver's instrumented span S gives itself; so between them goes
 * what agents saw of the request, each with the one before as its parent:
 *
 *     P (Client) ─► Egress ─► Ingress ─► S (Server)
 *
 * An Ingress whose Egress was not seen is P's child. An Egress is P's child, and if P's own top span has no parent, that
 * one becomes the child of the request which the Egress served: a request without the header started that trace. Spans
 * that are not concerned keep their parents; so do all when none is instrumented. Pure, and the same for any order of
 * the members.
 */
export function placeByHeaders(members: readonly TraceSpan[]): readonly TraceSpan[] {
  return members.some(({ span }) => isInstrumented(span)) ? new Placement(members).placed() : members;
}

class Placement {
  readonly #byId: ReadonlyMap<string, TraceSpan>;
  readonly #instrumented = new Map<string, TraceSpan>();
  /** Observed requests by the parent that their header names, by start. */
  readonly #ingress = new Map<string, TraceSpan[]>();
  readonly #egress: { readonly member: TraceSpan; readonly sender: string }[] = [];
  readonly #links = new Map<TraceSpan, Link>();

  constructor(readonly members: readonly TraceSpan[]) {
    this.#byId = new Map(members.map((member) => [member.span.spanId, member]));
    for (const member of [...members].sort((left, right) => bySpanTime(left.span, right.span))) {
      if (isInstrumented(member.span)) {
        this.#instrumented.set(member.span.spanId, member);
        continue;
      }
      const sender = traceParentOfSpan(member.span)?.parentId ?? "";
      if (sender === "") continue;
      if (member.span.direction === "Egress") this.#egress.push({ member, sender });
      else this.#ingress.set(sender, [...(this.#ingress.get(sender) ?? []), member]);
    }
  }

  placed(): readonly TraceSpan[] {
    for (const [sender, requests] of this.#ingress) this.#placeRequests(sender, requests);
    for (const member of this.#instrumented.values()) this.#placeServer(member);
    for (const { member, sender } of this.#egress) this.#placeCall(member, sender);
    return this.members.map((member) => {
      const link = this.#links.get(member);
      return link === undefined ? member : { span: member.span, parentId: link.parentId, link };
    });
  }

  #placeRequests(sender: string, requests: readonly TraceSpan[]): void {
    if (!this.#instrumented.has(sender)) return;
    for (const member of requests) if (this.#foundParent(member) === undefined) this.#put(member, sender);
  }

  /** The innermost of several that saw the request, as a proxy beside the program does: the last before it began. */
  #placeServer(member: TraceSpan): void {
    if (member.span.direction !== "Server") return;
    const requests = this.#ingress.get(member.span.parentId);
    const seen = requests?.findLast(({ span }) => span.start <= member.span.start) ?? requests?.[0];
    if (seen !== undefined) this.#put(member, seen.span.spanId);
  }

  #placeCall(member: TraceSpan, sender: string): void {
    const { agent, tgid, parentId, traceId } = member.span;
    // Named parents stay; and who got the header itself passes it on: the call is not the one that P made.
    const isPassedOn = this.#ingress.get(sender)?.some(({ span }) => span.agent === agent && span.tgid === tgid);
    if (parentId !== "" || isPassedOn || !this.#instrumented.has(sender)) return;
    const request = this.#foundParent(member);
    if (request !== undefined && request.span.traceId !== traceId) {
      // Without the link the request would be no part of this trace: it must hang together by another one.
      const top = this.#topOf(sender);
      if (top === undefined) return;
      if (!this.#links.has(top)) this.#put(top, request.span.spanId);
      else if (this.#links.get(top)?.parentId !== request.span.spanId) return;
    }
    this.#put(member, sender);
  }

  /** The instrumented span without a parent from which one descends. */
  #topOf(spanId: string): TraceSpan | undefined {
    const seen = new Set<TraceSpan>();
    let member = this.#instrumented.get(spanId);
    while (member !== undefined && member.span.parentId !== "" && !seen.has(member)) {
      seen.add(member);
      member = this.#instrumented.get(member.span.parentId);
    }
    return member?.span.parentId === "" ? member : undefined;
  }

  /** The parent that correlation found, if it is here. */
  #foundParent({ span, parentId, link }: TraceSpan): TraceSpan | undefined {
    if (span.parentId !== "") return this.#byId.get(span.parentId);
    return link?.method === "traceparent" ? undefined : this.#byId.get(parentId);
  }

  #put(member: TraceSpan, parentId: string): void {
    this.#links.set(member, { parentId, method: "traceparent" satisfies FoundBy, confidence });
  }
}
