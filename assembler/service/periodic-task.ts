import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { ElasticError } from "../elastic/elastic-error";

export interface PeriodicTask {
  readonly name: string;
  /** From the end of one run to the start of the next. */
  readonly everyMs: number;
  readonly logger: Logger;
  readonly work: () => Promise<void>;
}

/** A stop does not wait longer for a run that waits for an answer; whatever it does after that is fenced. */
const longestStopMs = 3000;

/**
 * Runs the task now and again and again beside everything else; a fault of it is logged, and it goes on with the next
 * run. Returns what stops it: resolves once no run is under way, or soon.
 */
export function startPeriodicTask({ name, everyMs, logger, work }: PeriodicTask): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  let failures = 0;
  const runs = async () => {
    while (!signal.aborted) {
      try {
        await work();
        if (failures > 0) logger.info({ failures }, `${name} works again`);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!(error instanceof ElasticError)) logger.error({ err: error }, `${name} failed by a fault of its own`);
        else if (failures === 1 || failures % 20 === 0) logger.warn({ failures }, `${name} failed: ${error.message}`);
      }
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  };
  const ended = runs();
  return () => {
    stop.abort();
    return Promise.race([ended, delay(longestStopMs, undefined, { ref: false })]);
  };
}
