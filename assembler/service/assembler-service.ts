import { AccuracyBoard } from "../accuracy/accuracy-board";
import type { Assembly } from "../assembly";
import { ElasticError } from "../elastic/elastic-error";
import { setUpIndices } from "../elastic/index-setup";
import { RefreshWatch } from "../elastic/refresh-watch";
import { Superseded } from "../elastic/versioned-document";
import { FleetBoard } from "../fleet/fleet-board";
import { addFleetMetrics } from "../fleet/fleet-metrics";
import type { RunMode } from "../settings/run-modes";
import { TimeLimit } from "../time-limit";
import { addAccuracyMetrics } from "./accuracy-metrics";
import { ActiveSteps, idleMs, takesAskedTurns } from "./active-steps";
import { startBesideTurns } from "./beside-turns";
import { Insistence } from "./insistence";
import { addKeeperMetrics } from "./keeper-metrics";
import { Lease, leaseMs } from "./lease";
import { type LiveLimits, limitsOf } from "./live-limits";
import { noticesTo } from "./logger";
import { MetricsKeeper } from "./metrics-keeper";
import type { ProcessIdentity } from "./process-identity";
import type { ServiceParts } from "./service-parts";
import type { ServiceState } from "./service-state";
import type { TurnReport } from "./turn-report";
import { TurnRefused, TurnRequests } from "./turn-requests";
import { Wakeup } from "./wakeup";

/** How long a stop may go on writing what is open; what is left is read again by the next start. */
const longestFlushMs = 8_000;

export interface RunLimits {
  /** Asked before each turn; the service stops when it says true. */
  readonly isDone?: (assembly: Assembly) => Promise<boolean>;
  /**
   * It is one run and then over: another holder is waited for only until it must be dead, faults of Elasticsearch in a
   * row for so many milliseconds. By default it waits for both for ever.
   */
  readonly patienceMs?: number;
}

/**
 * The assembler's life: takes the lease, or stands by until it can; then turn after turn, as the mode says, until told
 * to stop. Faults of Elasticsearch are waited out.
 */
export class AssemblerService {
  readonly lease: Lease;
  /** How right links are, as far as it was measured. */
  readonly accuracy: AccuracyBoard;
  readonly #parts: ServiceParts;
  readonly #limits: RunLimits;
  readonly #wakeup = new Wakeup();
  readonly #requests = new TurnRequests(this.#wakeup);
  readonly #insistence: Insistence;
  readonly #board = new FleetBoard();
  readonly #keeper: MetricsKeeper;
  readonly #steps: ActiveSteps;

  constructor(parts: ServiceParts, limits: RunLimits = {}) {
    const { settings, logger, state, pulse, connection } = parts;
    this.#parts = parts;
    this.#limits = limits;
    const grouping: LiveLimits = limitsOf(settings.current);
    this.lease = new Lease(connection, settings.current.name);
    this.#insistence = new Insistence(
      logger,
      state,
      pulse,
      this.#wakeup,
      limits.patienceMs ?? Number.POSITIVE_INFINITY,
    );
    const refreshWatch = new RefreshWatch({
      connection,
      pattern: settings.current.reading.index_pattern,
      changed: (refusal) => this.#refreshingChanged(refusal),
      now: () => performance.now(),
    });
    addFleetMetrics(parts.metrics.registry, this.#board);
    this.accuracy = new AccuracyBoard(settings.current.correlation.accuracy.window_ms, () => performance.now());
    addAccuracyMetrics(parts.metrics.registry, this.accuracy);
    const isBehind = () => state.tally.lagSpans > 0;
    const fence = () => this.#fence();
    this.#keeper = new MetricsKeeper({ settings: settings.current, logger, connection, isBehind, fence });
    addKeeperMetrics(parts.metrics.registry, this.#keeper);
    this.#steps = new ActiveSteps({
      ...parts,
      lease: this.lease,
      grouping,
      keeper: this.#keeper,
      refreshWatch,
      requests: this.#requests,
      wakeup: this.#wakeup,
      now: () => this.#insistence.time.now(),
      fence,
      isDone: limits.isDone,
    });
    state.mode = settings.current.mode;
    settings.onReload((fresh, taken) => {
      if (taken.some((field) => field.startsWith("elastic."))) connection.use(fresh.elastic);
      logger.level = fresh.log.level;
      Object.assign(grouping, limitsOf(fresh));
      if (taken.includes("mode")) this.setMode(fresh.mode);
      this.#wakeup.wake();
    });
  }

  /** Resolves once everything is written that can be, true when nothing was left open. */
  async run(signal: AbortSignal): Promise<boolean> {
    const { connection, logger } = this.#parts;
    let isWhole = false;
    try {
      await this.#insistence.insist(signal, () => setUpIndices(connection, noticesTo(logger)));
      while (!signal.aborted) {
        this.#become("starting");
        await this.#acquire(signal);
        if (signal.aborted) break;
        const end = await this.#tenure(signal);
        isWhole = end === "whole";
        if (end !== "superseded") break;
      }
      return isWhole;
    } catch (error) {
      await this.giveUp();
      throw error;
    } finally {
      this.#requests.refuse("the assembler is stopping");
    }
  }

  setMode(mode: RunMode): void {
    const { state, logger } = this.#parts;
    if (state.mode === mode) return;
    logger.info({ from: state.mode, to: mode }, "mode changed");
    state.mode = mode;
    if (!takesAskedTurns(mode)) this.#requests.refuse(`the mode is ${mode} now`);
    this.#parts.changed?.();
    this.#wakeup.wake();
  }

  /** One turn that somebody asked for. Rejects with TurnRefused. */
  turn(): Promise<TurnReport> {
    const { role, mode } = this.#parts.state;
    if (role !== "active") return Promise.reject(new TurnRefused(`the assembler is ${role}, not active`));
    if (!takesAskedTurns(mode)) {
      return Promise.reject(new TurnRefused(`the mode is ${mode}; turns are taken on demand in manual and debug`));
    }
    return this.#requests.ask();
  }

  /** Lets the lease go without writing anything more: for faults of our own, after which nothing here can be trusted. */
  async giveUp(): Promise<void> {
    try {
      await this.lease.release();
    } catch {
      // Whoever stands by takes it once it runs out.
    }
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const isPatient = this.#limits.patienceMs === undefined;
    const limit = isPatient ? undefined : new TimeLimit(signal, leaseMs + idleMs * 3);
    let other: ProcessIdentity | undefined;
    const standingBy = (holder: ProcessIdentity) => {
      other = holder;
      this.#standBy(holder);
    };
    const until = limit?.signal ?? signal;
    await this.#insistence.insist(until, () => this.lease.acquire({ standingBy }, until)).finally(() => limit?.end());
    if (signal.aborted || !until.aborted || this.lease.isHeld) return;
    const who = other === undefined ? "another process" : `process ${other.pid} on ${other.host}`;
    const { name } = this.#parts.settings.current;
    throw new Error(`the assembler of the name "${name}" is active already, in ${who}: it does what is to be done`);
  }

  /** Works as long as the lease is ours. */
  async #tenure(signal: AbortSignal): Promise<"whole" | "left open" | "superseded"> {
    const { settings, connection, state, logger, pulse } = this.#parts;
    logger.info({ term: this.lease.term }, "active: the lease is ours");
    state.term = this.lease.term;
    state.turns = 0;
    this.#become("active");
    this.lease.keepInBackground(() => pulse.isAlive);
    const stopBeside = startBesideTurns({
      settings: settings.current,
      logger,
      connection,
      board: this.#board,
      accuracy: this.accuracy,
      window: () => (state.mode === "maintenance" ? undefined : state.assembly?.window),
      isBehind: () => state.tally.lagSpans > 0,
      // In maintenance nothing is looked at, and nothing written.
      cursors: () => (state.mode === "maintenance" ? undefined : state.assembly?.progress.cursors()),
      fence: () => this.#fence(),
    });
    try {
      let isDone = false;
      while (!signal.aborted && !isDone) {
        await this.#insistence.insist(signal, async () => {
          isDone = await this.#steps.step(signal);
        });
      }
      if (isDone) {
        await this.#insistence.insist(signal, async () => {
          await this.#steps.flush();
          await this.#keeper.countAll(signal);
        });
      }
      return (await this.#stop()) ? "whole" : "left open";
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      this.lease.drop();
      logger.warn("another assembler of this name took over; what was not written is its to write");
      return "superseded";
    } finally {
      await stopBeside();
      await this.#steps.close();
    }
  }

  /** A process that was halted for long may have lost the lease without noticing: it must not write any more. */
  #fence(): void {
    if (!this.lease.isHeld) throw new ElasticError("busy", "the lease was not renewed in time; nothing was written");
  }

  /**
   * Writes what is open as far as time allows, and commits the cursors; then the next one may begin. Resolves with
   * whether nothing is left open.
   */
  async #stop(): Promise<boolean> {
    const { state, logger } = this.#parts;
    this.#become("stopping");
    // Before the lease goes: what is dirty then is the next one's to count.
    await this.#keeper.stop();
    const { assembly } = state;
    let isWhole = false;
    // Maintenance writes nothing, not even at its end.
    if (assembly !== undefined && state.mode !== "maintenance") {
      try {
        isWhole = await this.#steps.flush(performance.now() + longestFlushMs);
      } catch (error) {
        if (!(error instanceof ElasticError)) throw error;
        logger.warn({ reason: error.message }, "stopped without writing everything; the next start reads it again");
      }
    }
    await this.giveUp();
    return isWhole;
  }

  #refreshingChanged(refusal: string | undefined): void {
    const { state, logger } = this.#parts;
    state.tally.refreshRefusal = refusal;
    if (refusal === undefined) logger.info("spans are refreshed for each reading again");
    else {
      const message =
        "spans are read only as their indices refresh themselves (index.refresh_interval): give the user the privilege maintenance on them to have traces sooner";
      logger.warn({ reason: refusal }, message);
    }
  }

  #standBy(holder: ProcessIdentity): void {
    this.#insistence.recovered();
    this.#become("standby");
    this.#parts.logger.info({ holder }, "standing by: another assembler of this name is active");
  }

  #become(role: ServiceState["role"]): void {
    this.#parts.state.role = role;
    this.#parts.changed?.();
  }
}
