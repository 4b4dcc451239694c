import type { Logger } from "pino";
import { ElasticConnection } from "../elastic/elastic-connection";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { AssemblerService, type RunLimits } from "./assembler-service";
import { makeMetrics } from "./metrics";
import { Pulse } from "./pulse";
import { ServiceState } from "./service-state";
import { SettingsInUse } from "./settings-in-use";

/** Faults of Elasticsearch that a run with an end waits out. */
const patienceMs = 60_000;

/**
 * Runs the assembler without its port, in mode automatic, until `isDone` or `signal` says so; resolves with whether
 * everything it read is written. Rejects with ElasticError when Elasticsearch does not work, and with Error while
 * another assembler of the name is active, unless `standsBy`.
 */
export async function runToEnd(
  settings: AssemblerSettings,
  logger: Logger,
  signal: AbortSignal,
  { isDone, standsBy }: Pick<RunLimits, "isDone"> & { readonly standsBy?: boolean },
): Promise<boolean> {
  const state = new ServiceState();
  const pulse = new Pulse();
  const connection = new ElasticConnection(settings.elastic, () => pulse.beat());
  const fleet = { ...settings.fleet, watch: false };
  const retention = { ...settings.retention, enabled: false };
  const inUse = new SettingsInUse({ ...settings, mode: "automatic", fleet, retention }, [], logger);
  const limits = { ...(isDone === undefined ? {} : { isDone }), ...(standsBy ? {} : { patienceMs }) };
  const parts = { settings: inUse, logger, connection, state, metrics: makeMetrics(state), pulse };
  try {
    return await new AssemblerService(parts, limits).run(signal);
  } finally {
    await connection.close();
  }
}
