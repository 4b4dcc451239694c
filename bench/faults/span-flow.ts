import type { Random } from "../../test/unit/assembler/support/random";
import { requestSpans, spansPerTrace, type WorkloadSpan } from "./workload";

const tickMs = 100;
/** Each span is written up to so much after its request. */
const latestMs = 5000;
/** At most so many begin in a second; fewer when they are not written away. */
const spansPerSecond = 5000;
const longestQueue = 50_000;

/**
 * Requests that happen one after another as time goes by, and their spans, each of which is ready to be written after a
 * delay of its own. It goes no further than `allow`ed, so that faults spread over the run; what happened still comes.
 */
export class SpanFlow {
  readonly #traces: number;
  readonly #random: Random;
  readonly #later: WorkloadSpan[][] = Array.from({ length: latestMs / tickMs }, () => []);
  readonly #timer: NodeJS.Timeout;
  #ready: WorkloadSpan[] = [];
  #taken = 0;
  #allowed = 0;
  #happened = 0;
  #tick = 0;
  #idleTicks = 0;
  #isClosed = false;

  constructor(traces: number, random: Random) {
    this.#traces = traces;
    this.#random = random;
    this.#timer = setInterval(() => this.#goOn(), tickMs);
  }

  allow(spans: number): void {
    this.#allowed = Math.max(this.#allowed, spans);
  }

  /** Up to so many spans that are ready; none while there are none, undefined when there will be no more. */
  take(most: number): WorkloadSpan[] | undefined {
    const taken = this.#ready.slice(this.#taken, this.#taken + most);
    this.#taken += taken.length;
    if (this.#taken >= longestQueue) {
      this.#ready = this.#ready.slice(this.#taken);
      this.#taken = 0;
    }
    const isOver = this.#happened === this.#traces && this.#idleTicks > this.#later.length;
    return taken.length === 0 && (isOver || this.#isClosed) ? undefined : taken;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Nothing more comes, and nobody need try again what is not written. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #goOn(): void {
    const perTick = (spansPerSecond * tickMs) / 1000 / spansPerTrace;
    const { length } = this.#later;
    this.#idleTicks += 1;
    for (let request = 0; request < perTick; request += 1) {
      const isFull = this.#ready.length - this.#taken > longestQueue;
      if (this.#happened === this.#traces || this.#happened * spansPerTrace >= this.#allowed || isFull) break;
      this.#idleTicks = 0;
      for (const span of requestSpans(this.#happened)) {
        this.#later[(this.#tick + this.#random.int(0, length - 1)) % length]?.push(span);
      }
      this.#happened += 1;
    }
    const now = this.#tick % length;
    this.#ready.push(...this.#random.shuffle(this.#later[now] ?? []));
    this.#later[now] = [];
    this.#tick += 1;
  }
}
