import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { ElasticError } from "../elastic/elastic-error";
import type { Recount } from "../service-metrics/recount";
import { recountRestMs } from "./recount-rest";
import { retryDelayMs } from "./retry-delays";

/** How often it looks whether a minute is due. */
const lookEveryMs = 500;

export interface RecountLoopOptions {
  readonly recount: Recount;
  readonly logger: Logger;
  /** Whether spans wait to be read. */
  readonly isBehind: () => boolean;
}

/** Counts dirty minutes beside the turns, from its making until `stop`. Faults of Elasticsearch are waited out. */
export class RecountLoop {
  readonly #options: RecountLoopOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #failure: unknown;

  constructor(options: RecountLoopOptions) {
    this.#options = options;
    this.#ended = this.#run().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** Throws what ended the loop before its time: Superseded, or a fault of our own. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves once nothing is under way. What is still dirty is counted by the next start. */
  stop(): Promise<void> {
    this.#stop.abort();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { recount, logger } = this.#options;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const isMore = await recount.pass(signal, (spentMs) => this.#breathe(spentMs));
        if (failures > 0) logger.info({ failures }, "metrics are counted again");
        failures = 0;
        if (!isMore) await this.#pause(lookEveryMs);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ElasticError)) throw error;
        failures += 1;
        if (failures === 1 || failures % 10 === 0) {
          logger.warn({ kind: error.kind, failures }, `metrics were not counted, and will be: ${error.message}`);
        }
        await this.#pause(retryDelayMs(error.kind, failures, Math.random()));
      }
    }
  }

  #breathe(spentMs: number): Promise<void> {
    const { recount, isBehind } = this.#options;
    return this.#pause(recountRestMs({ spentMs, isBehind: isBehind(), dirtyMinutes: recount.dirtyMinutes }));
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
