import { bySpanTime, type Span } from "../span/span";
import { calleeOf, endpointTemplate } from "./callee";
import type { FoundBy, Link } from "./link";

/** The parent found for a span so far. */
interface FoundParent {
  readonly parent: PlacedSpan;
  readonly method: FoundBy;
  readonly confidence: number;
  readonly runnerUp: PlacedSpan | undefined;
}

/** A span among others, with the parent found for it so far. */
export class PlacedSpan {
  /** Of a call: the request it counts for, found or given. */
  served: PlacedSpan | undefined;
  /** What its identifying headers say, once they were asked for. */
  headerValues: readonly string[] | undefined;
  /** Tokens of its request that may tell it from others, once they were asked for. */
  identifiers: readonly string[] | undefined;
  /** It left; lists drop it when they are next gone through. */
  isGone = false;
  /** It goes because another version of it takes its place. */
  isReplaced = false;
  #found: FoundParent | undefined;
  #callee: string | undefined;
  /** Of a request: how often it called whom so far. */
  #calls: Map<string, number> | undefined;

  constructor(readonly span: Span) {}

  get start(): bigint {
    return this.span.start;
  }

  get end(): bigint {
    return this.span.end;
  }

  /** Found for it so far. */
  get parent(): PlacedSpan | undefined {
    return this.#found?.parent;
  }

  /** Of that; 0 without one. */
  get confidence(): number {
    return this.#found?.confidence ?? 0;
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
    const before = this.#found;
    if (parent === undefined) {
      this.#found = undefined;
      return before !== undefined;
    }
    const isSame =
      before?.parent === parent &&
      before.method === method &&
      before.confidence === confidence &&
      before.runnerUp === runnerUp;
    if (!isSame) this.#found = { parent, method, confidence, runnerUp };
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
    this.#found = undefined;
    this.served = undefined;
  }

  /** The parent found for it and why; a link of less than `leastConfidence` is marked as doubtful. */
  link(leastConfidence: number): Link | undefined {
    if (this.#found === undefined) return undefined;
    const { parent, method, confidence, runnerUp } = this.#found;
    const doubt = confidence < leastConfidence ? ({ doubtful: true } as const) : undefined;
    const link = { parentId: parent.span.spanId, method, confidence, ...doubt };
    return runnerUp === undefined ? link : { ...link, runnerUp: runnerUp.span.spanId };
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
