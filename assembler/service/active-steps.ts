import type { Assembly } from "../assembly";
import { ElasticError } from "../elastic/elastic-error";
import type { RefreshWatch } from "../elastic/refresh-watch";
import type { RunMode } from "../settings/run-modes";
import { finishWrites, runTurn } from "../stages";
import { BackfillRunner } from "./backfill-runner";
import type { Lease } from "./lease";
import type { LiveLimits } from "./live-limits";
import { noticesTo } from "./logger";
import type { MetricsKeeper } from "./metrics-keeper";
import { openForService } from "./open-for-service";
import { pollPauseMs } from "./poll-pause";
import type { ServiceParts } from "./service-parts";
import { type TurnReport, turnReport } from "./turn-report";
import type { TurnRequests } from "./turn-requests";
import type { Wakeup } from "./wakeup";

/** So long a start waits for shards of which it has to read spans again; then it goes on without. */
const longestWaitForShardsMs = 5 * 60_000;

/** How often one that waits for something to do looks around. */
export const idleMs = 1_000;

export interface ActiveParts extends ServiceParts {
  readonly lease: Lease;
  readonly grouping: LiveLimits;
  readonly keeper: MetricsKeeper;
  readonly refreshWatch: RefreshWatch;
  readonly requests: TurnRequests;
  readonly wakeup: Wakeup;
  /** Milliseconds in which Elasticsearch answered: they stand still while it is away. */
  readonly now: () => number;
  /** Throws when nothing may be written (any more). */
  readonly fence: () => void;
  /** Asked before each turn; all is done when it says true. */
  readonly isDone?: ((assembly: Assembly) => Promise<boolean>) | undefined;
}

/** What the holder of the lease does, a step at a time, as the mode says. All methods throw what Elasticsearch throws. */
export class ActiveSteps {
  readonly #parts: ActiveParts;
  readonly #backfills: BackfillRunner;
  #idleTurns = 0;
  #awaitsShardsSince: number | undefined;
  #stopExport: (() => Promise<void>) | undefined;

  constructor(parts: ActiveParts) {
    this.#parts = parts;
    this.#backfills = new BackfillRunner(parts.connection, parts.settings.current.name);
  }

  /** What the mode asks for now; true when all is done. */
  async step(signal: AbortSignal): Promise<boolean> {
    const { state, settings, lease, wakeup, requests, isDone } = this.#parts;
    await lease.keep();
    const { mode } = state;
    if (mode === "maintenance") {
      // What is open is read again afterwards.
      await this.close();
      await wakeup.wait(idleMs, signal);
      return false;
    }
    const assembly = state.assembly ?? (await this.#open());
    if (await this.#backfills.isDue()) {
      await this.#backfill();
      return false;
    }
    if (takesAskedTurns(mode)) {
      await finishWrites(assembly);
      if (requests.isEmpty) await wakeup.wait(idleMs, signal);
      else requests.answer(await this.#turn(assembly));
      return false;
    }
    if (await isDone?.(assembly)) return true;
    const report = await this.#turn(assembly, true);
    const pauseMs = this.#pauseAfter(report, assembly, settings.current.reading.poll_interval_ms);
    if (!report.more) await wakeup.wait(pauseMs, signal);
    return false;
  }

  /** Writes what is open until nothing is, or the time is over; resolves with whether nothing is. */
  async flush(deadline = Number.POSITIVE_INFINITY, assembly = this.#parts.state.assembly): Promise<boolean> {
    if (assembly === undefined) return true;
    while (performance.now() < deadline) {
      this.#parts.pulse.beat();
      await this.#parts.lease.keep();
      const { more, busy } = await runTurn(assembly, { isStopping: true });
      if (busy !== undefined) throw notTaken(busy);
      if (!more && assembly.window.groups.open.size === 0) return true;
    }
    return false;
  }

  /** Ends everything that reads or writes but the lease. */
  async close(): Promise<void> {
    const { state, keeper } = this.#parts;
    const { assembly } = state;
    state.assembly = undefined;
    this.#awaitsShardsSince = undefined;
    // What is wrong with it, whoever begins anew finds out.
    if (assembly !== undefined) await finishWrites(assembly).catch(() => {});
    await keeper.stop();
    await this.#stopExport?.();
    this.#stopExport = undefined;
  }

  async #open(): Promise<Assembly> {
    const { lease, keeper, connection, settings, state, logger, otlp } = this.#parts;
    const { grouping, refreshWatch, now, fence } = this.#parts;
    await lease.keep();
    await keeper.start();
    this.#stopExport ??= otlp?.startExport(settings.current.name);
    state.assembly = await openForService(connection, settings.current, {
      leavesOutAway: () => this.#hasWaitedForShards(),
      limits: grouping,
      refreshWatch,
      tally: state.tally,
      minuteLog: keeper.log,
      notice: noticesTo(logger),
      now,
      fence,
    });
    this.#awaitsShardsSince = undefined;
    return state.assembly;
  }

  /** Asked while there are some to be waited for. */
  #hasWaitedForShards(): boolean {
    const now = performance.now();
    this.#awaitsShardsSince ??= now;
    return now - this.#awaitsShardsSince > longestWaitForShardsMs;
  }

  async #turn(assembly: Assembly, isFollowed = false): Promise<TurnReport> {
    const { keeper, state, metrics, logger, pulse } = this.#parts;
    keeper.check();
    const startedAt = performance.now();
    const turn = await runTurn(assembly, { isFollowed });
    const milliseconds = performance.now() - startedAt;
    metrics.observeTurn(milliseconds / 1000);
    pulse.beat();
    state.turns += 1;
    const report = turnReport(turn, milliseconds);
    if (state.mode === "debug") logger.info({ turn: report }, "turn");
    if (turn.busy !== undefined) throw notTaken(turn.busy);
    return report;
  }

  #pauseAfter({ more, pages, milliseconds }: TurnReport, { window, limits, now }: Assembly, leastMs: number): number {
    const first = window.groups.open.first;
    const isIdle = !more && pages.length === 0 && first === undefined;
    this.#idleTurns = isIdle ? this.#idleTurns + 1 : 0;
    const untilDueMs = first && first.changedAt + limits.quietPeriodMs - now();
    const { length: read } = pages;
    return pollPauseMs({ leastMs, idleTurns: this.#idleTurns, tookMs: milliseconds, hasRead: read > 0, untilDueMs });
  }

  /** One slice of what was asked for, with a window of its own; the next step opens the usual one again. */
  async #backfill(): Promise<void> {
    const { state, settings, refreshWatch, keeper, fence } = this.#parts;
    await this.flush();
    state.assembly = undefined;
    const write = async (assembly: Assembly) => {
      await this.flush(Number.POSITIVE_INFINITY, assembly);
    };
    const shared = { refreshWatch, tally: state.tally, minuteLog: keeper.log, fence };
    await this.#backfills.runSlice(settings.current, shared, write);
  }
}

/** Whether turns are taken only when somebody asks for one. */
export function takesAskedTurns(mode: RunMode): boolean {
  return mode === "manual" || mode === "debug";
}

function notTaken(reason: string): ElasticError {
  return new ElasticError("busy", `Elasticsearch did not take all traces: ${reason}`);
}
