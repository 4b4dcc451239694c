import type { Logger } from "pino";
import { ElasticConnection } from "../elastic/elastic-connection";
import { addOtlpMetrics } from "../otlp/otlp-metrics";
import { OtlpService } from "../otlp/otlp-service";
import type { Control } from "./api-routes";
import { AssemblerService } from "./assembler-service";
import { startHttpServer } from "./http-server";
import { makeMetrics } from "./metrics";
import { Pulse } from "./pulse";
import { ServiceState } from "./service-state";
import type { SettingsInUse } from "./settings-in-use";
import { statusReport } from "./status-report";
import { SystemdNotifier } from "./systemd-notifier";

export interface RunOptions {
  readonly settings: SettingsInUse;
  readonly logger: Logger;
  /** Stops it: what is open is written, the lease let go. */
  readonly signal: AbortSignal;
  /** Rejects at a fault of our own outside of the turns: the lease is let go and nothing more is written. */
  readonly crashed: Promise<never>;
}

/**
 * Runs the assembler until `signal` aborts. Faults of Elasticsearch are waited out. Rejects only for faults of our own
 * and for settings that cannot work.
 */
export async function runAssembler({ settings, logger, signal, crashed }: RunOptions): Promise<void> {
  const { http, elastic } = settings.current;
  const state = new ServiceState();
  const metrics = makeMetrics(state);
  const pulse = new Pulse();
  const notifier = new SystemdNotifier((reason) => logger.warn({ reason }, "systemd could not be told"));
  const connection = new ElasticConnection(elastic, () => pulse.beat());
  const changed = () => notifier.status(`${state.role}, ${state.mode}`);
  const otlp = new OtlpService(settings.current.otlp, connection, logger);
  addOtlpMetrics(metrics.registry, otlp.tally);
  const service = new AssemblerService({ settings, logger, connection, state, metrics, pulse, otlp, changed });
  const control: Control = {
    status: () => statusReport(state, settings.current, service.accuracy),
    reload: () => settings.reload(),
    setMode: (mode) => service.setMode(mode),
    turn: () => service.turn(),
    apiToken: http.api_token,
  };
  const isReady = () => state.role !== "starting";
  const server = await startHttpServer(http, state, metrics, control, (added) => otlp.addRoutes(added, isReady));
  signal.addEventListener("abort", () => notifier.stopping(), { once: true });
  try {
    logger.info({ http: server.addresses(), elastic: elastic.url, mode: state.mode }, "started");
    notifier.ready("started", pulse);
    await Promise.race([service.run(signal), crashed]);
  } catch (error) {
    await service.giveUp();
    throw error;
  } finally {
    await server.close();
    await connection.close();
    await notifier.close();
  }
  logger.info("stopped");
}
