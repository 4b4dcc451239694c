/**
 * Aborts with another signal, or when its time is over. `AbortSignal.any` with `AbortSignal.timeout` among its sources may
 * never do that: nothing keeps the timeout from the garbage collector (nodejs/node#57736).
 */
export class TimeLimit {
  readonly #other: AbortSignal;
  readonly #controller = new AbortController();
  readonly #follow = () => this.#controller.abort(this.#other.reason);
  readonly #timer: NodeJS.Timeout;
  #isOver = false;

  constructor(other: AbortSignal, milliseconds: number) {
    this.#other = other;
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#controller.abort(new DOMException(`not within ${milliseconds} ms`, "TimeoutError"));
    }, milliseconds);
    if (other.aborted) this.#follow();
    else other.addEventListener("abort", this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the time that ended it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What it limits is done. */
  end(): void {
    clearTimeout(this.#timer);
    this.#other.removeEventListener("abort", this.#follow);
  }
}
