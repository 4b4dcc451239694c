import { mergeSorted } from "../collections/merge-sorted";
import { chooseRequest } from "./choose-request";
import type { IdentifyingHeaders } from "./identifying-headers";
import { byPlacedTime, firstNotBefore, type PlacedSpan } from "./placed-span";
import { StretchCalls } from "./stretch-calls";
import { doThreadsTell, type ThreadUse } from "./threads";
import { TimeSpans } from "./time-spans";

/** A stretch of the process' time, both ends included; nanoseconds. */
interface Stretch {
  readonly from: bigint;
  readonly to: bigint;
}

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
  #threadsTell = false;
  readonly #stretches: StretchCalls;

  constructor(readonly headers: IdentifyingHeaders) {
    this.#stretches = new StretchCalls(headers);
  }

  get isEmpty(): boolean {
    return this.#requests.length + this.#calls.length + this.#fresh.length === 0;
  }

  add(placed: PlacedSpan): void {
    this.#fresh.push(placed);
    if (placed.span.direction === "Egress" && placed.wantsParent) this.#wanting += 1;
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
      this.#stretches.solve({ requests: this.#requests, calls: this.#calls }, new TimeSpans(concerned), changed);
      return;
    }
    const stretch = this.#busyStretch(concerned);
    if (stretch !== undefined) this.#giveOut(stretch, changed);
  }

  /** From the first of the spans on, until no request is open that is, or began while one was, open with the last. */
  #busyStretch(touched: readonly PlacedSpan[]): Stretch | undefined {
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

  #giveOut({ from, to }: Stretch, changed: PlacedSpan[]): void {
    const calls: PlacedSpan[] = [];
    for (let place = firstNotBefore(this.#calls, from); place < this.#calls.length; place += 1) {
      const call = this.#calls[place] as PlacedSpan;
      if (call.span.start > to) break;
      call.serve(undefined);
      calls.push(call);
    }
    const open: OpenRequests = { requests: [], earliestEnd: to };
    let next = 0;
    for (const call of calls) {
      const { start } = call.span;
      for (let request = this.#requests[next]; request !== undefined && request.span.start <= start; ) {
        if (request.span.end >= start) keepOpen(open, request);
        next += 1;
        request = this.#requests[next];
      }
      closeBefore(open, start);
      this.#giveTo(call, open.requests, changed);
    }
  }

  #giveTo(call: PlacedSpan, open: readonly PlacedSpan[], changed: PlacedSpan[]): void {
    if (!call.wantsParent) {
      call.serve(open.find((request) => request.span.spanId === call.span.parentId));
      return;
    }
    const chosen = chooseRequest(call, open, this.headers);
    call.serve(chosen?.request);
    const { request, method = "order", confidence = 0, runnerUp } = chosen ?? {};
    if (call.setParent(request, method, confidence, runnerUp)) changed.push(call);
  }
}

interface OpenRequests {
  requests: PlacedSpan[];
  /** No request in it ends before. */
  earliestEnd: bigint;
}

function keepOpen(open: OpenRequests, request: PlacedSpan): void {
  open.requests.push(request);
  if (request.span.end < open.earliestEnd) open.earliestEnd = request.span.end;
}

/** Goes through the open requests only if one of them can have ended: some stay open for long. */
function closeBefore(open: OpenRequests, time: bigint): void {
  if (open.earliestEnd >= time) return;
  open.requests = open.requests.filter((request) => request.span.end >= time);
  let earliest = open.requests[0]?.span.end ?? time;
  for (const { span } of open.requests) if (span.end < earliest) earliest = span.end;
  open.earliestEnd = earliest;
}

function threadUse({ span }: PlacedSpan): ThreadUse<bigint> {
  return { id: span.spanId, thread: span.pid, start: span.start, end: span.end };
}
