import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { IdentifyingHeaders } from "../correlate/identifying-headers";
import { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticCursorStore } from "../elastic/elastic-cursor-store";
import { ElasticError } from "../elastic/elastic-error";
import { ElasticSpanSource } from "../elastic/elastic-span-source";
import { ElasticTraceStore } from "../elastic/elastic-trace-store";
import { setUpIndices } from "../elastic/index-setup";
import { Superseded } from "../elastic/versioned-document";
import { FleetBoard } from "../fleet/fleet-board";
import { addFleetMetrics } from "../fleet/fleet-metrics";
import { openAssembly } from "../open-assembly";
import { addOtlpMetrics } from "../otlp/otlp-metrics";
import { OtlpService } from "../otlp/otlp-service";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { runTurn } from "../stages";
import { AnsweredTime } from "./answered-time";
import { startBesideTurns } from "./beside-turns";
import { startHttpServer } from "./http-server";
import { addKeeperMetrics } from "./keeper-metrics";
import { Lease } from "./lease";
import { noticesTo } from "./logger";
import { type Metrics, makeMetrics } from "./metrics";
import { MetricsKeeper } from "./metrics-keeper";
import { retryDelayMs } from "./retry-delays";
import { ServiceState } from "./service-state";

/** How long a stop may go on writing what is open; what is left is read again by the next start. */
const longestFlushMs = 8_000;

/**
 * Runs the assembler until `signal` aborts: takes the lease, or stands by until it can; then turn after turn. Faults of
 * Elasticsearch are waited out. Rejects only for faults of our own and for settings that cannot work.
 */
export async function runAssembler(settings: AssemblerSettings, logger: Logger, signal: AbortSignal): Promise<void> {
  const state = new ServiceState();
  const metrics = makeMetrics(state);
  const connection = new ElasticConnection(settings.elastic);
  const otlp = new OtlpService(settings.otlp, connection, logger);
  addOtlpMetrics(metrics.registry, otlp.tally);
  const isReady = () => state.role !== "starting";
  const server = await startHttpServer(settings.http, state, metrics, (added) => otlp.addRoutes(added, isReady));
  try {
    logger.info({ http: server.addresses(), elastic: settings.elastic.url }, "started");
    await new AssemblerService(settings, logger, connection, state, metrics, otlp).run(signal);
  } finally {
    await server.close();
    await connection.close();
  }
  logger.info("stopped");
}

class AssemblerService {
  readonly #settings: AssemblerSettings;
  readonly #logger: Logger;
  readonly #connection: ElasticConnection;
  readonly #state: ServiceState;
  readonly #metrics: Metrics;
  readonly #otlp: OtlpService;
  readonly #lease: Lease;
  readonly #time = new AnsweredTime(() => performance.now());
  readonly #board = new FleetBoard();
  readonly #keeper: MetricsKeeper;
  #failures = 0;

  constructor(
    settings: AssemblerSettings,
    logger: Logger,
    connection: ElasticConnection,
    state: ServiceState,
    metrics: Metrics,
    otlp: OtlpService,
  ) {
    this.#settings = settings;
    this.#logger = logger;
    this.#connection = connection;
    this.#state = state;
    this.#metrics = metrics;
    this.#otlp = otlp;
    this.#lease = new Lease(connection, settings.name);
    addFleetMetrics(metrics.registry, this.#board);
    const isBehind = () => state.tally.lagSpans > 0;
    this.#keeper = new MetricsKeeper({ settings, logger, connection, isBehind, fence: () => this.#fence() });
    addKeeperMetrics(metrics.registry, this.#keeper);
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#insist(signal, () => setUpIndices(this.#connection, noticesTo(this.#logger)));
    while (!signal.aborted) {
      this.#state.role = "starting";
      await this.#insist(signal, () => this.#lease.acquire({ standingBy: (holder) => this.#standBy(holder) }, signal));
      if (!signal.aborted) await this.#tenure(signal);
    }
  }

  /** Works as long as the lease is ours. */
  async #tenure(signal: AbortSignal): Promise<void> {
    this.#logger.info({ term: this.#lease.term }, "active: the lease is ours");
    this.#state.turns = 0;
    this.#state.role = "active";
    const stopBeside = startBesideTurns({
      settings: this.#settings,
      logger: this.#logger,
      connection: this.#connection,
      board: this.#board,
      cursors: () => this.#state.assembly?.progress.cursors(),
      fence: () => this.#fence(),
    });
    const stopExport = this.#otlp.startExport(this.#settings.name);
    try {
      await this.#insist(signal, () => this.#open());
      while (!signal.aborted) await this.#insist(signal, () => this.#turn(signal));
      await this.#stop();
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      this.#lease.drop();
      this.#logger.warn("another assembler of this name took over; what was not written is its to write");
    } finally {
      await stopBeside();
      await this.#keeper.stop();
      await stopExport();
      this.#state.assembly = undefined;
    }
  }

  async #open(): Promise<void> {
    await this.#lease.keep();
    const { correlation, grouping, reading } = this.#settings;
    await this.#keeper.start();
    this.#state.assembly = await openAssembly({
      limits: {
        quietPeriodMs: grouping.quiet_period_ms,
        maxWaitMs: grouping.max_wait_ms,
        recentMs: grouping.recent_ms,
        maxOpenSpans: grouping.max_open_spans,
      },
      store: {
        source: new ElasticSpanSource(this.#connection, reading.index_pattern, reading.page_size),
        traces: new ElasticTraceStore(this.#connection),
        cursors: new ElasticCursorStore(this.#connection, this.#settings.name),
      },
      headers: new IdentifyingHeaders(correlation.request_id_headers),
      tally: this.#state.tally,
      minuteLog: this.#keeper.log,
      notice: noticesTo(this.#logger),
      now: () => this.#time.now(),
      fence: () => this.#fence(),
    });
  }

  async #turn(signal: AbortSignal): Promise<void> {
    await this.#lease.keep();
    const { assembly } = this.#state;
    if (assembly === undefined) return;
    this.#keeper.check();
    const startedAt = performance.now();
    const turn = await runTurn(assembly);
    this.#metrics.observeTurn((performance.now() - startedAt) / 1000);
    this.#state.turns += 1;
    if (turn.busy !== undefined) throw new ElasticError("busy", `Elasticsearch did not take all traces: ${turn.busy}`);
    if (!turn.more) await pause(this.#settings.reading.poll_interval_ms, signal);
  }

  /** A process that was halted for long may have lost the lease without noticing: it must not write any more. */
  #fence(): void {
    if (!this.#lease.isHeld) throw new ElasticError("busy", "the lease was not renewed in time; nothing was written");
  }

  /** Writes what is open as far as time allows, and commits the cursors; then the next one may begin. */
  async #stop(): Promise<void> {
    this.#state.role = "stopping";
    // Before the lease goes: what is dirty then is the next one's to count.
    await this.#keeper.stop();
    const { assembly } = this.#state;
    const deadline = performance.now() + longestFlushMs;
    try {
      while (assembly !== undefined && performance.now() < deadline) {
        await this.#lease.keep();
        const turn = await runTurn(assembly, true);
        if (!turn.more && assembly.window.groups.open.size === 0) break;
      }
      await this.#lease.release();
    } catch (error) {
      if (!(error instanceof ElasticError)) throw error;
      this.#logger.warn({ reason: error.message }, "stopped without writing everything; the next start reads it again");
    }
  }

  /** Does something until it succeeds or the service is to stop; waits longer after each failure in a row. */
  async #insist(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        this.#recovered();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ElasticError)) throw error;
        await pause(this.#failed(error), signal);
        if (signal.aborted) return;
      }
    }
  }

  #failed(error: ElasticError): number {
    this.#time.failed();
    this.#failures += 1;
    const waitMs = retryDelayMs(error.kind, this.#failures, Math.random());
    const level = this.#failures === 1 || this.#failures % 10 === 0 ? "warn" : "debug";
    this.#logger[level]({ kind: error.kind, failures: this.#failures, retry_ms: waitMs }, error.message);
    this.#state.fault = error.message;
    return waitMs;
  }

  #recovered(): void {
    this.#time.answered();
    if (this.#failures > 0) this.#logger.info({ failures: this.#failures }, "Elasticsearch answers again");
    this.#failures = 0;
    this.#state.fault = undefined;
  }

  #standBy(holder: object): void {
    this.#recovered();
    this.#state.role = "standby";
    this.#logger.info({ holder }, "standing by: another assembler of this name is active");
  }
}

/** Waits, or returns early when told to stop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
