import { epochAt } from "./auto/samples";
import {
  blockAt,
  firstFrom,
  lookedTime,
  partOf,
  type Stretch,
  startOf,
  stretchesOf,
  type Timeline,
} from "./auto/stretches";
import type { IdentifyingHeaders } from "./identifying-headers";
import { LearntEpochs } from "./learnt-epochs";
import { giveOutByModel, trafficOf } from "./model-calls";
import type { PlacedSpan } from "./placed-span";
import type { TimeSpans } from "./time-spans";

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
    this.#epochs = new LearntEpochs((part) => trafficOf(partOf(this.#timeline, part), headers));
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
    const learnt = () => this.#epochs.of(this.#timeline, epochAt(stretch.from));
    const own = [stretch.ownCalls[0] - stretch.calls[0], stretch.ownCalls[1] - stretch.calls[0]] as const;
    giveOutByModel(partOf(this.#timeline, stretch), own, learnt, this.headers, changed);
  }

  #dropOld(first: PlacedSpan | undefined): void {
    if (first === undefined) return;
    for (const block of this.#solved.keys()) if (block < blockAt(first.start)) this.#solved.delete(block);
    this.#epochs.dropBefore(epochAt(first.start));
  }
}
