import type { Choice, ProcessTraffic } from "./algorithm";
import { sharesPassedOn } from "./auto/candidates";
import { epochAt, type Sample } from "./auto/samples";
import { solveStretch } from "./auto/solve-stretch";
import { blockAt, firstFrom, lookedTime, type Stretch, startOf, stretchesOf, type Timeline } from "./auto/stretches";
import { exchangeOfSpan } from "./exchange-of-span";
import type { IdentifyingHeaders } from "./identifying-headers";
import { LearntEpochs } from "./learnt-epochs";
import type { PlacedSpan } from "./placed-span";
import type { TimeSpans } from "./time-spans";

/** As sure as a call can be of its request: services may do what was never seen of them. */
const mostConfidence = 0.99;

/**
 * Gives a process' calls out by `auto`, stretch by stretch of its time, each with what was learnt for its epoch. A span
 * that comes late changes the stretches about it, and the others of an epoch only where it belongs to what that was
 * learnt from. The outcome follows from the spans alone, not from the order in which they came.
 */
export class StretchCalls {
  /** By block, then by stretch: the time it looked at when it was solved. */
  readonly #solved = new Map<bigint, Map<string, readonly [from: bigint, to: bigint]>>();
  readonly #epochs: LearntEpochs<PlacedSpan>;
  #timeline: Timeline<PlacedSpan> = { requests: [], calls: [] };

  constructor(readonly headers: IdentifyingHeaders) {
    this.#epochs = new LearntEpochs((part) => this.#trafficOf(part));
  }

  /** Brings the parents of calls up to date after `touched` came or went; appends the calls whose parent is another one now. */
  solve(timeline: Timeline<PlacedSpan>, touched: TimeSpans, changed: PlacedSpan[]): void {
    this.#timeline = timeline;
    const { calls } = timeline;
    this.#dropOld(calls[0]);
    const relearnt = this.#epochs.refresh(timeline, touched);
    for (let next = 0; next < calls.length; ) {
      const { start } = calls[next] as PlacedSpan;
      const block = blockAt(start);
      next = firstFrom(calls, startOf(block + 1n));
      const isRelearnt = relearnt.has(epochAt(start));
      if (isRelearnt) this.#solved.delete(block);
      if (isRelearnt || !this.#solved.has(block) || touched.touch(...lookedTime(block))) {
        this.#solveBlock(block, touched, changed);
      }
    }
  }

  /** A span left memory, with its whole trace. */
  leaves({ start }: PlacedSpan): void {
    this.#epochs.leaves(start);
  }

  clear(): void {
    this.#solved.clear();
    this.#epochs.clear();
  }

  #solveBlock(block: bigint, touched: TimeSpans, changed: PlacedSpan[]): void {
    const before = this.#solved.get(block);
    const now = new Map<string, readonly [bigint, bigint]>();
    for (const stretch of stretchesOf(this.#timeline, block)) {
      const { from, to, looksFrom, looksTo } = stretch;
      const key = `${from}-${to}`;
      const looked = before?.get(key);
      now.set(key, [looksFrom, looksTo]);
      const isSame = looked !== undefined && looked[0] === looksFrom && looked[1] === looksTo;
      if (!isSame || touched.touch(looksFrom, looksTo)) this.#solveStretch(stretch, changed);
    }
    this.#solved.set(block, now);
  }

  #solveStretch(stretch: Stretch, changed: PlacedSpan[]): void {
    const { requests, calls } = this.#timeline;
    const traffic = this.#trafficOf(stretch);
    const learn = () => this.#epochs.of(this.#timeline, epochAt(stretch.from));
    const own = [stretch.ownCalls[0] - stretch.calls[0], stretch.ownCalls[1] - stretch.calls[0]] as const;
    const choices = solveStretch(traffic, learn, own);
    for (let place = stretch.ownCalls[0]; place < stretch.ownCalls[1]; place += 1) {
      const call = calls[place] as PlacedSpan;
      if (!call.wantsParent) continue;
      const choice = choices[place - stretch.calls[0]] as Choice;
      const requestAt = (at: number) => (at < 0 ? undefined : requests[at + stretch.requests[0]]);
      const { method, confidence } = foundBy(choice, traffic, place - stretch.calls[0]);
      if (call.setParent(requestAt(choice.request), method, confidence, requestAt(choice.runnerUp))) changed.push(call);
    }
  }

  #trafficOf({ requests, calls }: Sample): ProcessTraffic {
    const { requests: allRequests, calls: allCalls } = this.#timeline;
    const ownRequests = allRequests.slice(...requests);
    const ownCalls = allCalls.slice(...calls);
    const origin = (ownRequests[0] ?? ownCalls[0])?.start ?? 0n;
    const exchange = (placed: PlacedSpan) => exchangeOfSpan(placed, origin, this.headers);
    return { requests: ownRequests.map(exchange), calls: ownCalls.map(exchange) };
  }

  #dropOld(first: PlacedSpan | undefined): void {
    if (first === undefined) return;
    for (const block of this.#solved.keys()) if (block < blockAt(first.start)) this.#solved.delete(block);
    this.#epochs.dropBefore(epochAt(first.start));
  }
}

/** An algorithm does not know of headers that say it: where these left one request, they decided. */
function foundBy(
  { evidence, confidence, request }: Choice,
  { requests, calls }: ProcessTraffic,
  place: number,
): { method: Choice["evidence"]; confidence: number } {
  const [asked, call] = [requests[request], calls[place]];
  if (evidence === "only" && asked !== undefined && call !== undefined && sharesPassedOn(asked, call)) {
    return { method: "identifier", confidence: mostConfidence };
  }
  // Digits beyond the second change with every span nearby, and each change is written again.
  return { method: evidence, confidence: Math.min(mostConfidence, Math.round(100 * confidence) / 100) };
}
