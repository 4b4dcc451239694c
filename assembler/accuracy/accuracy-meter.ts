import type { PlacedSpan } from "../correlate/placed-span";
import type { ProcessCalls } from "../correlate/process-calls";
import { serviceOf } from "../service-metrics/service-of";
import type { SpanWindow } from "../window/span-window";
import type { AccuracyBoard } from "./accuracy-board";
import { type Judge, judgeLinks } from "./judge-links";
import { judgedCalls } from "./link-outcomes";
import { sampleLinks } from "./link-sample";

/** A process is left alone for so long where its calls cannot be judged: most never show an identifier. */
const leftAloneMs = 30_000;
/** Of so many calls in a row the request was not known. */
const manyUnknown = 64;

/** What is measured: the spans in memory, and which of them are in written traces. */
export type MeasuredSpans = Pick<SpanWindow, "correlator" | "isAtRest">;

interface Looked {
  readonly at: number;
  /** Not before, by the same clock. */
  readonly again: number;
  /** Calls that began up to then are done with. */
  readonly to: bigint;
  /** Calls since the last one whose request was known. */
  readonly unknown: number;
}

const neverLooked: Looked = { at: -1, again: -1, to: -1n, unknown: 0 };

/**
 * Measures how right links are on the traffic itself: takes some calls at a time whose request is known, process after
 * process, and judges what they would be linked to if it were not. Each call is judged once at most.
 */
export class AccuracyMeter {
  readonly #looked = new WeakMap<ProcessCalls, Looked>();

  constructor(
    readonly judge: Judge,
    readonly board: AccuracyBoard,
  ) {}

  /** Judges one sample; yields wherever it may pause. Returns whether there was one. */
  *measure(window: MeasuredSpans): Generator<void, boolean> {
    const isAtRest = ({ span }: PlacedSpan) => window.isAtRest(span.spanId);
    for (const process of this.#longestUnseenFirst(window)) {
      const at = this.board.now();
      const before = this.#lookedAt(process);
      const sample = sampleLinks(process, isAtRest, before.to);
      if (sample === undefined) continue;
      if (sample === "too large") {
        this.board.samplesTooLarge += 1;
        this.#looked.set(process, { ...before, at, again: at + leftAloneMs });
        continue;
      }
      const { judged, to } = sample;
      this.#looked.set(process, { at, again: at, to, unknown: 0 });
      const outcomes = yield* judgeLinks(sample, this.judge);
      this.board.samples += 1;
      if (judgedCalls(outcomes) > 0) this.board.add(serviceOf((judged[0] as PlacedSpan).span), outcomes);
      else this.#nothingKnown(process, before.unknown + judged.length);
      return true;
    }
    return false;
  }

  #nothingKnown(process: ProcessCalls, unknown: number): void {
    const looked = this.#lookedAt(process);
    const isMany = unknown >= manyUnknown;
    this.#looked.set(process, {
      ...looked,
      again: looked.at + (isMany ? leftAloneMs : 0),
      unknown: isMany ? 0 : unknown,
    });
  }

  #longestUnseenFirst({ correlator }: MeasuredSpans): ProcessCalls[] {
    const now = this.board.now();
    return [...correlator.processes()]
      .filter((process) => process.timeline.calls.length > 0 && this.#lookedAt(process).again <= now)
      .sort((left, right) => this.#lookedAt(left).at - this.#lookedAt(right).at);
  }

  #lookedAt(process: ProcessCalls): Looked {
    return this.#looked.get(process) ?? neverLooked;
  }
}
