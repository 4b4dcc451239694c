import { TextBody } from "../json/text-body";

/** Answers of less are left to the collector: there are many of them, and they are little. */
const leastBytes = 512 * 1024;
const step = 1024 * 1024;
/** Times what is needed: larger memory is left for larger answers. */
const mostTooLarge = 2;
/** What leaves the window at one go while catching up. */
const mostIdleBytes = 64 * 1024 * 1024;
/** Who has caught up reads small pages. */
const longestIdleMs = 10_000;

interface Idle {
  readonly memory: ArrayBuffer;
  readonly since: number;
}

/**
 * Memory for pages of spans, used again once a page is released. The engine goes over the whole heap each time that
 * some 64 MB outside of it were made, which while catching up pages are twice a second.
 */
export class PageMemory {
  readonly #now: () => number;
  /** Longest idle first. */
  readonly #idle: Idle[] = [];

  /** `now`: milliseconds that never go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get idleBytes(): number {
    return this.#idle.reduce((sum, { memory }) => sum + memory.byteLength, 0);
  }

  /** Memory for an answer of so many bytes, with anything in it. */
  take(length: number): Buffer {
    this.#letGo();
    if (length < leastBytes) return Buffer.allocUnsafe(length);
    const memory = this.#takeIdle(length) ?? new ArrayBuffer(Math.ceil(length / step) * step);
    return Buffer.from(memory, 0, length);
  }

  /** The body of an answer that lies in what was taken; its memory comes back when it is released. */
  bodyOf(taken: Buffer): TextBody {
    if (taken.length < leastBytes) return new TextBody(taken);
    return new TextBody(taken, ({ buffer }) => {
      this.#idle.push({ memory: buffer as ArrayBuffer, since: this.#now() });
      this.#letGo();
    });
  }

  /** The smallest that is large enough, of those the latest, which is still in the processor's caches. */
  #takeIdle(length: number): ArrayBuffer | undefined {
    let best = -1;
    let largest = length * mostTooLarge + step;
    for (const [place, { memory }] of this.#idle.entries()) {
      const { byteLength } = memory;
      if (byteLength < length || byteLength > largest) continue;
      best = place;
      largest = byteLength;
    }
    return best === -1 ? undefined : this.#idle.splice(best, 1)[0]?.memory;
  }

  #letGo(): void {
    const dueBy = this.#now() - longestIdleMs;
    while (this.idleBytes > mostIdleBytes || (this.#idle[0]?.since ?? dueBy) < dueBy) this.#idle.shift();
  }
}
