import { bySpanTime, type Span } from "../span/span";
import { calleeOf, endpointTemplate } from "./callee";
import type { FoundBy, Link } from "./link";

/** A span among others, with the parent found for it so far. */
export class PlacedSpan {
  parent: PlacedSpan | undefined;
  method: FoundBy = "order";
  confidence = 0;
  runnerUp: PlacedSpan | undefined;
  /** Of a call: the request it counts for, found or given. */
  served: PlacedSpan | undefined;
  /** What its identifying headers say, once they were asked for. */
  headerValues: readonly string[] | undefined;
  /** Tokens of its request that may tell it from others, once they were asked for. */
  identifiers: readonly string[] | undefined;
  #callee: string | undefined;
  /** Of a request: how often it called whom so far. */
  #calls: Map<string, number> | undefined;
  /** It left; lists drop it when they are next gone through. */
  isGone = false;
  /** It goes because another version of it takes its place. */
  isReplaced = false;

  constructor(
    readonly span: Span,
    /** Links of less are marked as doubtful. */
    readonly leastConfidence = 0,
  ) {}

  get start(): bigint {
    return this.span.start;
  }

  get end(): bigint {
    return this.span.end;
  }

  /** Of a call: what it called; of a request: what was asked for. */
  get callee(): string {
    this.#callee ??= this.span.direction === "Egress" ? calleeOf(this.span) : endpointTemplate(this.span.endpoint);
    return this.#callee;
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

  callsTo(callee: string): number {
    return this.#calls?.get(callee) ?? 0;
  }

  /** Of a call: counts it for a request, and no longer for the one before. */
  serve(request: PlacedSpan | undefined): void {
    this.served?.countCall(this.callee, -1);
    this.served = request;
    request?.countCall(this.callee, 1);
  }

  countCall(callee: string, by: number): void {
    this.#calls ??= new Map();
    this.#calls.set(callee, (this.#calls.get(callee) ?? 0) + by);
  }

  /** Lets go of all others, so that a span that left does not keep them in memory. */
  leave(): void {
    this.isGone = true;
    this.parent = undefined;
    this.runnerUp = undefined;
    this.served = undefined;
  }

  get link(): Link | undefined {
    if (this.parent === undefined) return undefined;
    const { method, confidence } = this;
    const doubt = confidence < this.leastConfidence ? ({ doubtful: true } as const) : undefined;
    const link = { parentId: this.parent.span.spanId, method, confidence, ...doubt };
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
