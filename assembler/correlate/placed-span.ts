import { requestContent } from "../span/request-content";
import { bySpanTime, type Span } from "../span/span";
import { calleeOf, endpointTemplate } from "./callee";
import { identifiersOf } from "./identifiers";
import type { FoundBy, Link } from "./link";

/** A span among others, with the parent found for it so far. */
export class PlacedSpan {
  parent: PlacedSpan | undefined;
  method: FoundBy = "order";
  confidence = 0;
  runnerUp: PlacedSpan | undefined;
  #key: string | undefined;
  #identifiers: readonly string[] | undefined;
  /** It left; lists drop it when they are next gone through. */
  isGone = false;

  constructor(readonly span: Span) {}

  /** Of a call: what it called; of a request: what it was asked. */
  get key(): string {
    const { span } = this;
    this.#key ??= span.direction === "Egress" ? calleeOf(span) : endpointTemplate(span.endpoint);
    return this.#key;
  }

  /** Tokens in the request's message that may tell it from others. */
  get identifiers(): readonly string[] {
    this.#identifiers ??= identifiersOf(requestContent(this.span));
    return this.#identifiers;
  }

  /** Whether a parent is to be found: spans that name theirs keep it. */
  get wantsParent(): boolean {
    return this.span.parentId === "";
  }

  /** Sets or takes away (`undefined`) the parent; returns whether anything is different now. */
  setParent(parent: PlacedSpan | undefined, method: FoundBy, confidence: number, runnerUp?: PlacedSpan): boolean {
    const isSame =
      this.parent === parent &&
      (parent === undefined ||
        (this.method === method && this.confidence === confidence && this.runnerUp === runnerUp));
    this.parent = parent;
    this.method = method;
    this.confidence = confidence;
    this.runnerUp = runnerUp;
    return !isSame;
  }

  /** Lets go of all others, so that a span that left does not keep them in memory. */
  leave(): void {
    this.isGone = true;
    this.parent = undefined;
    this.runnerUp = undefined;
  }

  get link(): Link | undefined {
    if (this.parent === undefined) return undefined;
    const { method, confidence } = this;
    const link = { parentId: this.parent.span.spanId, method, confidence };
    return this.runnerUp === undefined ? link : { ...link, runnerUp: this.runnerUp.span.spanId };
  }
}

export function byPlacedTime(left: PlacedSpan, right: PlacedSpan): number {
  return bySpanTime(left.span, right.span);
}

/** First place of a list sorted by start whose start is not before a time. */
export function firstNotBefore(sorted: readonly PlacedSpan[], start: bigint): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as PlacedSpan).span.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
