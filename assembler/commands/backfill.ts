import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { type BackfillRequest, BackfillRequests } from "../backfill/backfill-requests";
import { ElasticConnection } from "../elastic/elastic-connection";
import { setUpIndices } from "../elastic/index-setup";
import { makeLogger } from "../service/logger";
import { runToEnd } from "../service/run-to-end";
import { type ConfigOption, configFlag, configHelp, print, settingsFrom } from "./config-option";
import { stopSignals } from "./stop-signals";
import { timeArgument } from "./time-argument";

interface BackfillOptions extends ConfigOption {
  readonly from?: bigint;
  readonly to?: bigint;
  readonly cancel?: boolean;
}

const lookEveryMs = 500;

export function addBackfill(program: Command): void {
  program
    .command("backfill")
    .description("assemble the spans of a time range again, whatever was written of them before")
    .requiredOption(configFlag, configHelp)
    .option("--from <time>", "spans that begin then or later: ISO 8601 (UTC), or nanoseconds since 1970", timeArgument)
    .option("--to <time>", "and before", timeArgument)
    .option("--cancel", "give up the backfill that is under way; what is done of it stays")
    .action(backfill);
}

/** Asks whoever holds the lease to do it; where nobody does, takes it and is the assembler until it is done. */
async function backfill({ config, from, to, cancel }: BackfillOptions): Promise<void> {
  const settings = settingsFrom(config);
  const connection = new ElasticConnection(settings.elastic);
  const requests = new BackfillRequests(connection, settings.name);
  try {
    if (cancel === true) {
      print((await requests.cancel()) ? "cancelled" : "no backfill is under way");
      return;
    }
    if (from === undefined || to === undefined || from >= to)
      throw new Error("--from and --to are needed, and --from must be before --to");
    await setUpIndices(connection);
    await requests.ask({ from, to });
    const logger = makeLogger({ ...settings, log: { level: "warn" } });
    const told = stopSignals(() => print("the backfill stays asked for: whoever is active next does the rest"));
    const done = new AbortController();
    const running = runToEnd(settings, logger, AbortSignal.any([told.signal, done.signal]), { standsBy: true });
    const result = await Promise.race([untilOver(requests, told.signal), running.then(() => undefined)]);
    done.abort();
    await running;
    if (result === undefined) throw new Error("stopped before the backfill was done");
    print(`${result.state}: ${result.spans} spans read again, ${result.traces_written} traces written`);
    if (result.state !== "done") throw new Error("the backfill was cancelled");
  } finally {
    await connection.close();
  }
}

/** Resolves with the request once it is done or cancelled, with undefined when told to stop. */
async function untilOver(requests: BackfillRequests, signal: AbortSignal): Promise<BackfillRequest | undefined> {
  while (!signal.aborted) {
    const request = await requests.read();
    if (request !== undefined && request.state !== "pending") return request;
    await delay(lookEveryMs);
  }
  return undefined;
}
