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
    return span.start + this.offsetOf(span.agent);
  }

  endOf(span: Span): bigint {
    return span.end + this.offsetOf(span.agent);
  }
}

/** The clock of traces whose hosts' clocks agree. */
export const rawClock = new TraceClock([]);

export function compareTimes(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
