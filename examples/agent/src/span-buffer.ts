import type { StoredSpan } from "./span-document";

/** Spans in memory, oldest first. Sizes are those of their JSON in characters, close enough to bytes for a bound. */
export class SpanBuffer {
  #spans: StoredSpan[] = [];
  #size = 0;
  #sinceMs = 0;

  add(span: StoredSpan, nowMs: number): void {
    if (this.#spans.length === 0) this.#sinceMs = nowMs;
    this.#spans.push(span);
    this.#size += span.json.length;
  }

  get length(): number {
    return this.#spans.length;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether a span may have waited here since before `ms` ago. */
  isOlderThan(ms: number, nowMs: number): boolean {
    return this.#spans.length > 0 && nowMs - this.#sinceMs > ms;
  }

  /** Takes out the oldest spans: at most `count` of them and `size`, but at least one if there is one. */
  take(count: number, size: number, nowMs: number): StoredSpan[] {
    let taken = 0;
    let takenSize = 0;
    for (const { json } of this.#spans) {
      if (taken === count || (taken > 0 && takenSize + json.length > size)) break;
      takenSize += json.length;
      taken++;
    }
    this.#size -= takenSize;
    this.#sinceMs = nowMs;
    return this.#spans.splice(0, taken);
  }

  takeAll(): StoredSpan[] {
    const spans = this.#spans;
    this.#spans = [];
    this.#size = 0;
    return spans;
  }
}
