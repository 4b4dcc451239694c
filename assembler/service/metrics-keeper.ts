import type { Logger } from "pino";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticMetricsStore } from "../elastic/elastic-metrics-store";
import { MetricsTally } from "../service-metrics/metrics-tally";
import { MinuteLog } from "../service-metrics/minute-log";
import { Recount } from "../service-metrics/recount";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { noticesTo } from "./logger";
import { RecountLoop } from "./recount-loop";

export interface MetricsKeeperOptions {
  readonly settings: AssemblerSettings;
  readonly logger: Logger;
  readonly connection: ElasticConnection;
  /** Whether spans wait to be read. */
  readonly isBehind: () => boolean;
  /** Throws when this assembler may not write (any more). */
  readonly fence: () => void;
}

/** Keeps `service_metrics` and `call_graph` while the lease is ours. */
export class MetricsKeeper {
  readonly tally = new MetricsTally();
  readonly #options: MetricsKeeperOptions;
  #log: MinuteLog | undefined;
  #recount: Recount | undefined;
  #loop: RecountLoop | undefined;

  constructor(options: MetricsKeeperOptions) {
    this.#options = options;
  }

  /** What the turns note dirty minutes in; undefined when no metrics are kept. */
  get log(): MinuteLog | undefined {
    return this.#log;
  }

  /** Begins to count; what it throws is Elasticsearch's. May be called again after that. */
  async start(): Promise<void> {
    const { settings, logger, connection, isBehind, fence } = this.#options;
    const { enabled, rest_ms, max_wait_ms, most_names } = settings.service_metrics;
    if (!enabled) return;
    await this.stop();
    const store = new ElasticMetricsStore(connection, settings.name);
    const now = () => performance.now();
    this.#log = await MinuteLog.open(store, now);
    const counter = { store, mostNames: most_names, tally: this.tally, notice: noticesTo(logger), fence };
    this.#recount = new Recount(counter, this.#log, { restMs: rest_ms, latestMs: max_wait_ms }, now);
    this.#loop = new RecountLoop({ recount: this.#recount, logger, isBehind });
  }

  /** Throws what ended counting before its time. */
  check(): void {
    this.#loop?.check();
  }

  /** Counts everything that is dirty now, at rest or not; instead of going on beside the turns. */
  async countAll(signal: AbortSignal): Promise<void> {
    await this.#loop?.stop();
    while (!signal.aborted && (await this.#recount?.pass(signal, undefined, true)));
  }

  /** Resolves once nothing of it is under way. What is dirty stays noted, for the next start. */
  async stop(): Promise<void> {
    await this.#loop?.stop();
    this.#loop = undefined;
    this.#recount = undefined;
    this.#log = undefined;
  }
}
