import type { ElasticConnection } from "../elastic/elastic-connection";
import { ElasticError } from "../elastic/elastic-error";
import { callGraphIndex, rejectedIndex, serviceMetricsIndex } from "../elastic/index-names";
import { Superseded, VersionedDocument } from "../elastic/versioned-document";
import type { AssemblerSettings } from "../settings/assembler-settings";
import { applyRetention, unblock } from "./apply-retention";
import { expireDocuments } from "./expire-documents";
import { endOfDeletedDays, planRetention, type RetentionStep } from "./plan-retention";
import { retentionFacts } from "./retention-facts";
import { emptyRecord, type RetentionRecord, retentionRecordId } from "./retention-record";

const dayMs = 86_400_000;

export interface RetentionOptions {
  readonly connection: ElasticConnection;
  readonly settings: AssemblerSettings;
  /** Throws when this assembler may not write (any more). */
  readonly fence: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface RetentionRound {
  /** A sentence for each thing done. */
  readonly done: readonly string[];
  /** What is kept against the settings, by index. */
  readonly warnings: readonly RetentionStep[];
}

/**
 * Looks at everything that is stored, and rolls over and deletes what is due. An index of traces goes in the round after
 * the one that announced it, so that nobody counts metrics from traces that are half gone. Throws ElasticError.
 */
export async function retentionRound(options: RetentionOptions): Promise<RetentionRound> {
  const { connection, settings, fence } = options;
  const document = new VersionedDocument<RetentionRecord>(connection, retentionRecordId);
  const record = (await document.read()) ?? emptyRecord;
  fence();
  for (const index of record.blocked) await unblock(connection, index);
  const { facts, seen } = await retentionFacts(connection, settings, record, options.now());
  const steps = planRetention(facts, settings.retention);
  const blocked = steps.flatMap(({ action, holds, index }) =>
    action === "delete" && holds === "spans" ? [index] : [],
  );
  const metrics_frozen_before = Math.max(record.metrics_frozen_before, endOfDeletedDays(steps));
  await remember(document, { metrics_frozen_before, seen, blocked });
  const done = await applyRetention(steps, { connection, settings, fence });
  done.push(...(await expireOld(options)));
  return { done, warnings: steps.filter(({ action }) => action === "warn") };
}

/** What a round would do now; changes nothing. Throws ElasticError. */
export async function retentionPreview({
  connection,
  settings,
  now,
}: Omit<RetentionOptions, "fence">): Promise<RetentionStep[]> {
  const document = new VersionedDocument<RetentionRecord>(connection, retentionRecordId);
  const record = (await document.read()) ?? emptyRecord;
  const { facts } = await retentionFacts(connection, settings, record, now());
  return planRetention(facts, settings.retention);
}

async function expireOld({ connection, settings, fence, now }: RetentionOptions): Promise<string[]> {
  const { metrics_days, rejected_days } = settings.retention;
  const kinds = [
    { index: serviceMetricsIndex, field: "minute", days: metrics_days },
    { index: callGraphIndex, field: "minute", days: metrics_days },
    { index: rejectedIndex, field: "rejected_at", days: rejected_days },
  ];
  const done: string[] = [];
  for (const { index, field, days } of kinds) {
    if (days === 0) continue;
    const deleted = await expireDocuments(connection, { index, field, before: now() - days * dayMs }, fence);
    if (deleted > 0) done.push(`deleted ${deleted} documents of ${index} that are older than ${days} days`);
  }
  return done;
}

async function remember(document: VersionedDocument<RetentionRecord>, record: RetentionRecord): Promise<void> {
  try {
    await document.write(record);
  } catch (error) {
    if (!(error instanceof Superseded)) throw error;
    throw new ElasticError("busy", "another assembler is at the retention just now");
  }
}
