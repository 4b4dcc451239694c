import type { Logger } from "pino";
import type { AccuracyBoard } from "../accuracy/accuracy-board";
import { AccuracyMeter } from "../accuracy/accuracy-meter";
import { accuracyReport } from "../accuracy/accuracy-report";
import { AccuracyStore } from "../accuracy/accuracy-store";
import { IdentifyingHeaders } from "../correlate/identifying-headers";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticSpanSource } from "../elastic/elastic-span-source";
import type { FleetBoard } from "../fleet/fleet-board";
import { FleetWatch } from "../fleet/fleet-watch";
import { retentionRound } from "../retention/retention-round";
import type { AssemblerSettings } from "../settings/assembler-settings";
import type { ShardCursor } from "../store";
import type { SpanWindow } from "../window/span-window";
import { startAccuracyLoop } from "./accuracy-loop";
import { startPeriodicTask } from "./periodic-task";

/** How often the command `status` gets new figures of how right links are. */
const recordEveryMs = 10_000;

export interface BesideOptions {
  readonly settings: AssemblerSettings;
  readonly logger: Logger;
  readonly connection: ElasticConnection;
  readonly board: FleetBoard;
  readonly accuracy: AccuracyBoard;
  /** How far the assembler read; undefined as long as it does not know. */
  readonly cursors: () => readonly ShardCursor[] | undefined;
  /** The spans in memory; undefined as long as there are none, or they are to be left alone. */
  readonly window: () => SpanWindow | undefined;
  /** Whether spans wait to be read. */
  readonly isBehind: () => boolean;
  readonly fence: () => void;
}

/** What whoever holds the lease does beside its turns. Returns what stops it. */
export function startBesideTurns(options: BesideOptions): () => Promise<void> {
  const { settings, board, accuracy } = options;
  const stops = [
    ...(settings.fleet.watch ? [startWatch(options)] : []),
    ...(settings.retention.enabled ? [startRetention(options)] : []),
    ...(settings.correlation.accuracy.enabled ? [startMeter(options), startAccuracyRecord(options)] : []),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
    board.statuses = [];
    accuracy.forgetRecent();
  };
}

function startWatch({ settings, logger, connection, board, cursors, fence }: BesideOptions): () => Promise<void> {
  const { fleet, reading, name } = settings;
  const watch = new FleetWatch({
    sources: {
      connection,
      source: new ElasticSpanSource(connection, reading.index_pattern, 1),
      cursors: () => cursors() ?? [],
      indexPattern: reading.index_pattern,
      apiTimeoutMs: fleet.api_timeout_ms,
    },
    limits: {
      silentAfterMs: fleet.silent_after_ms,
      laggingAfterMs: fleet.lagging_after_ms,
      rejectingPercent: fleet.rejecting_percent,
    },
    name,
    fence,
    changed: (agent, { status }, sentence) => logger[status === "ok" ? "info" : "warn"]({ agent, status }, sentence),
  });
  const work = async () => {
    if (cursors() !== undefined) board.statuses = await watch.look();
  };
  return startPeriodicTask({ name: "watching the fleet", everyMs: fleet.period_ms, logger, work });
}

function startRetention({ settings, logger, connection, fence, cursors }: BesideOptions): () => Promise<void> {
  let warned = new Set<string>();
  const work = async () => {
    if (cursors() === undefined) return;
    const { done, warnings } = await retentionRound({ connection, settings, fence, now: Date.now });
    for (const said of done) logger.info(said);
    for (const { index, reason } of warnings) if (!warned.has(index)) logger.warn({ index }, `${index}: ${reason}`);
    warned = new Set(warnings.map(({ index }) => index));
  };
  return startPeriodicTask({ name: "retention", everyMs: settings.retention.period_ms, logger, work });
}

function startMeter({ settings, logger, accuracy, window, isBehind }: BesideOptions): () => Promise<void> {
  const { least_confidence, request_id_headers, accuracy: how } = settings.correlation;
  const headers = new IdentifyingHeaders([...new Set([...request_id_headers, ...how.headers])]);
  const meter = new AccuracyMeter({ headers, leastConfidence: least_confidence }, accuracy);
  return startAccuracyLoop({ meter, window, isBehind, processorShare: how.processor_percent / 100, logger });
}

function startAccuracyRecord({
  settings,
  logger,
  connection,
  accuracy,
  window,
  fence,
}: BesideOptions): () => Promise<void> {
  const store = new AccuracyStore(connection, settings.name);
  const work = async () => {
    if (window() === undefined) return;
    fence();
    await store.write(accuracyReport(accuracy));
  };
  return startPeriodicTask({ name: "recording how right links are", everyMs: recordEveryMs, logger, work });
}
