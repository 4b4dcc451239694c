import { mergeSorted } from "../collections/merge-sorted";
import type { Exchange } from "./algorithm";
import { solveStretch } from "./auto/solve-stretch";
import { blockNs, type Stretch, stretchesOf, type Times } from "./auto/stretches";
import { byPlacedTime, type PlacedSpan } from "./placed-span";

const noRequest = { request: -1, confidence: 0, runnerUp: -1, evidence: "order" } as const;

/**
 * What one process was asked (`requests`, Ingress) and what it asked of others (`calls`, Egress), and which request each
 * call served. The process' time is cut into stretches, each solved by itself from the spans in and around it; a new
 * span has those solved again that it is in or near.
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
  /** Stretches there were at the last solution, by their ends. */
  #solved = new Set<string>();

  get isEmpty(): boolean {
    return this.#requests.length + this.#calls.length + this.#fresh.length === 0;
  }

  add(placed: PlacedSpan): void {
    this.#fresh.push(placed);
    if (placed.span.direction === "Egress" && placed.wantsParent) this.#wanting += 1;
  }

  /** What `placed` took is free again; it is dropped with those that are gone. */
  replace(placed: PlacedSpan): void {
    this.#replaced.push(placed);
  }

  /** A span is to go with the next `dropGone`. */
  leaves(placed: PlacedSpan): void {
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
    mergeSorted(this.#requests, this.#fresh.filter(isRequest), byPlacedTime);
    mergeSorted(this.#calls, this.#fresh.filter(isCall), byPlacedTime);
    this.#fresh = [];
    this.#replaced = [];
    const origin = this.#origin();
    const times = this.#timesSince(origin);
    const touchedAt = touched.map(({ span }) => Number(span.start - origin)).sort((left, right) => left - right);
    const solved = new Set<string>();
    for (const stretch of stretchesOf(times)) {
      const ends = `${origin + BigInt(stretch.from)} ${origin + BigInt(stretch.to)}`;
      solved.add(ends);
      if (!this.#solved.has(ends) || isTouched(stretch, times, touchedAt)) this.#solveStretch(stretch, origin, changed);
    }
    this.#solved = solved;
  }

  /** The start of the first block of time: stretches are cut at the same moments whatever spans there are. */
  #origin(): bigint {
    const starts = [this.#requests[0], this.#calls[0]].flatMap((placed) =>
      placed === undefined ? [] : [placed.span.start],
    );
    const first = starts.reduce((left, right) => (right < left ? right : left));
    return first - (first % BigInt(blockNs));
  }

  #timesSince(origin: bigint): Times {
    const since = (list: readonly PlacedSpan[], end: "start" | "end") =>
      Float64Array.from(list, ({ span }) => Number(span[end] - origin));
    return {
      requestStart: since(this.#requests, "start"),
      requestEnd: since(this.#requests, "end"),
      callStart: since(this.#calls, "start"),
    };
  }

  #solveStretch(stretch: Stretch, origin: bigint, changed: PlacedSpan[]): void {
    const requests = this.#requests.slice(...stretch.requests);
    const calls = this.#calls.slice(...stretch.calls);
    const exchanges = (list: readonly PlacedSpan[]) => list.map((placed) => exchangeOf(placed, origin));
    const choices = solveStretch({ requests: exchanges(requests), calls: exchanges(calls) });
    for (let place = stretch.ownCalls[0]; place < stretch.ownCalls[1]; place += 1) {
      const call = this.#calls[place] as PlacedSpan;
      if (!call.wantsParent) continue;
      const { request, evidence, confidence, runnerUp } = choices[place - stretch.calls[0]] ?? noRequest;
      if (call.setParent(requests[request], evidence, confidence, requests[runnerUp])) changed.push(call);
    }
  }
}

function isRequest({ span }: PlacedSpan): boolean {
  return span.direction === "Ingress";
}

function isCall({ span }: PlacedSpan): boolean {
  return span.direction === "Egress";
}

/** Whether a span that came or went begins where a stretch looks. */
function isTouched(stretch: Stretch, times: Times, touchedAt: readonly number[]): boolean {
  const since = Math.min(
    times.requestStart[stretch.requests[0]] ?? stretch.from,
    times.callStart[stretch.calls[0]] ?? stretch.from,
    stretch.from,
  );
  const until = Math.max(
    times.requestStart[stretch.requests[1] - 1] ?? stretch.to,
    times.callStart[stretch.calls[1] - 1] ?? stretch.to,
    stretch.to,
  );
  let low = 0;
  let high = touchedAt.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((touchedAt[middle] as number) < since) low = middle + 1;
    else high = middle;
  }
  return low < touchedAt.length && (touchedAt[low] as number) <= until;
}

function exchangeOf(placed: PlacedSpan, origin: bigint): Exchange {
  const { span } = placed;
  const exchange = {
    id: span.spanId,
    start: Number(span.start - origin),
    end: Number(span.end - origin),
    thread: span.pid,
    key: placed.key,
    identifiers: placed.identifiers,
  };
  if (span.direction === "Egress" && !placed.wantsParent) return { ...exchange, knownRequest: span.parentId };
  return span.traceId === "" ? exchange : { ...exchange, traceId: span.traceId };
}
