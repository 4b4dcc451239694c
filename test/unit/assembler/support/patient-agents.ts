import { requestSpans, spansPerTrace, type WorkloadSpan } from "../../../../bench/faults/workload";
import type { FaultyStore } from "./faulty-store";

const requestsPerSecond = 50;
/** Spans are written up to so long after their request. */
const latestMs = 500;
const writersAtOnce = 4;
const batchSize = 20;
const pauseMs = 20;
const longestAnswerMs = 2000;

/** Requests happen one after another, and their spans are written until each is acknowledged, whatever the store does. */
export class PatientAgents {
  readonly #store: FaultyStore;
  readonly #requests: number;
  #happened = 0;
  #ready: WorkloadSpan[] = [];
  #unacknowledged: number;

  constructor(store: FaultyStore, requests: number) {
    this.#store = store;
    this.#requests = requests;
    const spacing = 1000 / requestsPerSecond;
    const pace = BigInt(spacing * 1e6);
    this.#unacknowledged = requests * spansPerTrace;
    const next = () => {
      for (const span of requestSpans(this.#happened, pace)) {
        store.time.after(store.random.int(0, latestMs), () => this.#ready.push(span));
      }
      this.#happened += 1;
      if (this.#happened < requests) store.time.after(spacing, next);
    };
    next();
    for (let writer = 0; writer < writersAtOnce; writer += 1) this.#take();
  }

  get hasMore(): boolean {
    return this.#happened < this.#requests;
  }

  get isDone(): boolean {
    return this.#unacknowledged === 0;
  }

  #take(): void {
    if (this.isDone) return;
    const batch = this.#ready.splice(0, batchSize);
    if (batch.length === 0) this.#store.time.after(pauseMs, () => this.#take());
    else this.#send(batch);
  }

  #send(batch: readonly WorkloadSpan[]): void {
    const { time, random } = this.#store;
    const again = () => time.after(pauseMs, () => this.#send(batch));
    if (this.#store.hangsForMs > 0) time.after(this.#store.hangsForMs, again);
    else if (this.#store.isDown) again();
    else time.after(random.int(2, 10), () => this.#write(batch, again));
  }

  /** What is on its way may be written or not when the store goes; what is for an index that is away waits for it. */
  #write(batch: readonly WorkloadSpan[], again: () => void): void {
    const store = this.#store;
    const isLost = store.isDown || store.hangsForMs > 0;
    if (isLost && store.random.chance(0.5)) {
      again();
      return;
    }
    const waiting = batch.filter(({ index }) => store.awayForMs(index) > 0);
    for (const span of batch) if (!waiting.includes(span)) store.index(span);
    const waitMs = Math.max(0, ...waiting.map(({ index }) => store.awayForMs(index)));
    store.time.after(waitMs, () => {
      for (const span of waiting) store.index(span);
    });
    store.time.after(Math.min(waitMs, longestAnswerMs), () => {
      if (isLost || waitMs > longestAnswerMs) again();
      else this.#acknowledge(batch);
    });
  }

  #acknowledge(batch: readonly WorkloadSpan[]): void {
    this.#unacknowledged -= batch.length;
    this.#take();
  }
}
