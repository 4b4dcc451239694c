import { mergeSorted } from "../collections/merge-sorted";
import type { Timeline } from "./auto/stretches";
import type { IdentifyingHeaders } from "./identifying-headers";
import { byPlacedTime, type PlacedSpan } from "./placed-span";
import { StretchCalls } from "./stretch-calls";
import { giveOutByThread, type TimePart } from "./thread-calls";
import { doThreadsTell, type ThreadUse } from "./threads";
import { TimeSpans } from "./time-spans";

/**
 * What one process was asked (`requests`, Ingress) and what it asked of others (`calls`, Egress), and which request each
 * call served. Where threads tell requests apart, calls are given out in the order of time, so a new span matters only
 * from its start on, and only until the process next has no request open: just that stretch is gone through again.
 * Elsewhere they are given out by what was learnt about the process.
 *
 * The outcome follows from the spans alone, not from the order in which they came.
 */
export class ProcessCalls {
  #requests: PlacedSpan[] = [];
  #calls: PlacedSpan[] = [];
  /** Came since the last solution, or went because another one took their place. */
  #fresh: PlacedSpan[] = [];
  #replaced: PlacedSpan[] = [];
  #wanting = 0;
  #isWanted = false;
  #threadsTell = false;
  readonly #stretches: StretchCalls;

  constructor(readonly headers: IdentifyingHeaders) {
    this.#stretches = new StretchCalls(headers);
  }

  get isEmpty(): boolean {
    return this.#requests.length + this.#calls.length + this.#fresh.length === 0;
  }

  /** What is linked, sorted by start; without what came since. */
  get timeline(): Timeline<PlacedSpan> {
    return { requests: this.#requests, calls: this.#calls };
  }

  /** Whether threads told its requests apart when it was last solved. */
  get doThreadsTell(): boolean {
    return this.#threadsTell;
  }

  /** Whether a request was ever to be found for a call: only then is it to hold all spans of its process. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Returns whether it is the first for which a request is to be found. */
  add(placed: PlacedSpan): boolean {
    this.#fresh.push(placed);
    if (placed.span.direction !== "Egress" || !placed.wantsParent) return false;
    const isFirst = !this.#isWanted;
    this.#wanting += 1;
    this.#isWanted = true;
    return isFirst;
  }

  /** What `placed` took is free again; it is dropped with those that are gone. */
  replace(placed: PlacedSpan): void {
    placed.serve(undefined);
    placed.isReplaced = true;
    this.#replaced.push(placed);
  }

  /** A span is to go with the next `dropGone`. */
  leaves(placed: PlacedSpan): void {
    if (!placed.isReplaced) this.#stretches.leaves(placed);
    if (placed.span.direction === "Egress" && placed.wantsParent) this.#wanting -= 1;
  }

  /** Drops the spans that are gone. The others' parents stay: who is gone went with its whole trace. */
  dropGone(): void {
    const isHere = (placed: PlacedSpan) => !placed.isGone;
    this.#requests = this.#requests.filter(isHere);
    this.#calls = this.#calls.filter(isHere);
    this.#fresh = this.#fresh.filter(isHere);
  }

  /** Brings the calls' parents up to date; appends the calls whose parent is another one now. */
  solve(changed: PlacedSpan[]): void {
    if (this.#wanting === 0) return;
    const touched = [...this.#fresh, ...this.#replaced];
    this.#replaced = [];
    mergeSorted(
      this.#requests,
      this.#fresh.filter(({ span }) => span.direction === "Ingress"),
      byPlacedTime,
    );
    mergeSorted(
      this.#calls,
      this.#fresh.filter(({ span }) => span.direction === "Egress"),
      byPlacedTime,
    );
    this.#fresh = [];
    const threadsTell = doThreadsTell(this.#requests, this.#calls, threadUse);
    const isAll = threadsTell !== this.#threadsTell;
    this.#threadsTell = threadsTell;
    const concerned = isAll ? [...this.#requests, ...this.#calls] : touched;
    if (!threadsTell) {
      if (isAll) this.#stretches.clear();
      this.#stretches.solve(this.timeline, new TimeSpans(concerned), changed);
      return;
    }
    const stretch = this.#busyStretch(concerned);
    if (stretch !== undefined) giveOutByThread(this.timeline, stretch, this.headers, changed);
  }

  /** From the first of the spans on, until no request is open that is, or began while one was, open with the last. */
  #busyStretch(touched: readonly PlacedSpan[]): TimePart | undefined {
    let from = touched[0]?.span.start;
    if (from === undefined) return undefined;
    let to = from;
    for (const { span } of touched) {
      if (span.start < from) from = span.start;
      if (span.end > to && span.direction === "Ingress") to = span.end;
      if (span.start > to) to = span.start;
    }
    for (const { span } of this.#requests) {
      if (span.end < from) continue;
      if (span.start > to) break;
      if (span.end > to) to = span.end;
    }
    return { from, to };
  }
}

function threadUse({ span }: PlacedSpan): ThreadUse<bigint> {
  return { id: span.spanId, thread: span.pid, start: span.start, end: span.end };
}
