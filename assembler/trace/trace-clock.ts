import type { Span } from "../span/span";
import type { ClockCorrection } from "./trace";

/** Times of a trace's spans on the clock of its root's host; the spans' own times stay as they are. */
export class TraceClock {
  readonly #offsets = new Map<string, bigint>();

  constructor(corrections: readonly ClockCorrection[]) {
    for (const { agent, offset } of corrections) this.#offsets.set(agent, offset);
  }

  /** All clocks agree as they are. */
  get isRaw(): boolean {
    return this.#offsets.size === 0;
  }

  /** Nanoseconds to add to the times of an agent's spans. */
  offsetOf(agent: string): bigint {
    return this.#offsets.get(agent) ?? 0n;
  }

  startOf(span: Span): bigint {
    return this.isRaw ? span.start : span.start + this.offsetOf(span.agent);
  }

  endOf(span: Span): bigint {
    return this.isRaw ? span.end : span.end + this.offsetOf(span.agent);
  }

  /** Order by start, longer first, then by id. */
  compare(left: Span, right: Span): number {
    const byStart = compareTimes(this.startOf(left), this.startOf(right));
    if (byStart !== 0) return byStart;
    const byEnd = compareTimes(this.endOf(right), this.endOf(left));
    if (byEnd !== 0) return byEnd;
    return left.spanId < right.spanId ? -1 : left.spanId > right.spanId ? 1 : 0;
  }
}

/** The clock of traces whose hosts' clocks agree: nearly all. */
export const rawClock = new TraceClock([]);

export function compareTimes(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
