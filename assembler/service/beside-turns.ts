import type { Logger } from "pino";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticSpanSource } from "../elastic/elastic-span-source";
import type { FleetBoard } from "../fleet/fleet-board";
import { FleetWatch } from "../fleet/fleet-watch";
import { retentionRound } from "../retention/retention-round";
import type { AssemblerSettings } from "../settings/assembler-settings";
import type { ShardCursor } from "../store";
import { startPeriodicTask } from "./periodic-task";

export interface BesideOptions {
  readonly settings: AssemblerSettings;
  readonly logger: Logger;
  readonly connection: ElasticConnection;
  readonly board: FleetBoard;
  /** How far the assembler read; undefined as long as it does not know. */
  readonly cursors: () => readonly ShardCursor[] | undefined;
  readonly fence: () => void;
}

/** What whoever holds the lease does beside its turns. Returns what stops it. */
export function startBesideTurns(options: BesideOptions): () => Promise<void> {
  const { settings, board } = options;
  const stops = [
    ...(settings.fleet.watch ? [startWatch(options)] : []),
    ...(settings.retention.enabled ? [startRetention(options)] : []),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
    board.statuses = [];
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
