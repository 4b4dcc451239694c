import type { Logger } from "pino";
import { ElasticError } from "../elastic/elastic-error";
import { HaltingClock } from "../window/halting-clock";
import type { Pulse } from "./pulse";
import { retryDelayMs } from "./retry-delays";
import type { ServiceState } from "./service-state";
import type { Wakeup } from "./wakeup";

/** Waits out the faults of Elasticsearch, and says so in log and health. */
export class Insistence {
  readonly #logger: Logger;
  readonly #state: ServiceState;
  readonly #pulse: Pulse;
  readonly #wakeup: Wakeup;
  readonly #patienceMs: number;
  /** What traces come to rest by. */
  readonly time = new HaltingClock(() => performance.now());
  #failures = 0;
  #failingSince = 0;

  /** `patienceMs`: how long faults in a row are waited out; one that a person has to mend first is not, if that is finite. */
  constructor(logger: Logger, state: ServiceState, pulse: Pulse, wakeup: Wakeup, patienceMs: number) {
    this.#logger = logger;
    this.#state = state;
    this.#pulse = pulse;
    this.#wakeup = wakeup;
    this.#patienceMs = patienceMs;
  }

  /**
   * Does something until it succeeds or `signal` aborts; waits longer after each failure in a row. Rejects with what is
   * no fault of Elasticsearch, and with ElasticError when its patience is at an end.
   */
  async insist(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      this.#pulse.beat();
      try {
        await work();
        this.recovered();
        return;
      } catch (error) {
        const isAborted = error instanceof Error && error.name === "AbortError";
        if (signal.aborted && (isAborted || error instanceof ElasticError)) return;
        if (!(error instanceof ElasticError)) throw error;
        await this.#wakeup.wait(this.#failed(error), signal);
      }
    }
  }

  recovered(): void {
    this.time.goOn();
    if (this.#failures > 0) this.#logger.info({ failures: this.#failures }, "Elasticsearch answers again");
    this.#failures = 0;
    this.#state.fault = undefined;
  }

  #failed(error: ElasticError): number {
    this.time.halt();
    if (this.#failures === 0) this.#failingSince = performance.now();
    this.#failures += 1;
    const isHopeless = error.kind === "denied" && Number.isFinite(this.#patienceMs);
    if (isHopeless || performance.now() - this.#failingSince > this.#patienceMs) throw error;
    const waitMs = retryDelayMs(error.kind, this.#failures, Math.random(), error.retryAfterMs);
    const level = this.#failures === 1 || this.#failures % 10 === 0 ? "warn" : "debug";
    this.#logger[level]({ kind: error.kind, failures: this.#failures, retry_ms: waitMs }, error.message);
    this.#state.fault = error.message;
    return waitMs;
  }
}
