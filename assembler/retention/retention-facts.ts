import { indicesOf } from "../elastic/daily-indices";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { matchesIndexPattern, spanIndexFamily, tracesIndex } from "../elastic/index-names";
import { listedAgents } from "../fleet/listed-agents";
import type { AssemblerSettings } from "../settings/assembler-settings";
import type { RetentionFacts, SpanIndexFacts } from "./plan-retention";
import type { RetentionRecord } from "./retention-record";
import { type SpanIndex, spanIndices } from "./span-indices";
import { unreadDocuments } from "./unread-documents";

type Settings = Pick<AssemblerSettings, "name" | "reading" | "otlp">;

/** Everything that the plan needs to know, and the marks of the indices of spans as they are now. Throws ElasticError. */
export async function retentionFacts(
  connection: ElasticConnection,
  { name, reading, otlp }: Settings,
  record: RetentionRecord,
  now: number,
): Promise<{ facts: RetentionFacts; seen: RetentionRecord["seen"] }> {
  const pattern = reading.index_pattern;
  const [days, unexported, indices, unread, listed] = await Promise.all([
    indicesOf(connection, tracesIndex),
    unreadDocuments(connection, tracesIndex, { cursors: "otlp-export-", certain: otlp.export && name }),
    spanIndices(connection, pattern, record.seen, now),
    unreadDocuments(connection, pattern, { cursors: "cursors-", certain: name }),
    listedAgents(connection),
  ]);
  const ours = (listed ?? []).filter(({ index }) => matchesIndexPattern(index, pattern));
  const listedFamilies = new Set(ours.map(({ index }) => index));
  const spans = indices.map((one): SpanIndexFacts => {
    const { index, createdAt, mark } = one;
    const family = spanIndexFamily(index);
    const { documents, by } = unread.get(index) ?? { documents: Number.POSITIVE_INFINITY, by: [name] };
    return {
      index,
      family,
      rolledOverAt: nextGeneration(one, indices)?.createdAt,
      idleSince: mark.since,
      createdAt,
      unread: documents,
      unreadBy: by,
      isListed: listedFamilies.has(family),
    };
  });
  const present = new Set(spans.map(({ family }) => family));
  const missing = [...listedFamilies].filter((family) => !present.has(family)).sort();
  const daily = days.map((index) => ({ index, unexported: unexported.get(index)?.documents ?? 0 }));
  const facts = { now, daily, spans, missing, metricsFrozenBefore: record.metrics_frozen_before };
  const others = Object.entries(record.seen).filter(([index]) => !matchesIndexPattern(index, pattern));
  return { facts, seen: Object.fromEntries([...others, ...indices.map(({ index, mark }) => [index, mark] as const)]) };
}

function nextGeneration({ index }: SpanIndex, indices: readonly SpanIndex[]): SpanIndex | undefined {
  const family = spanIndexFamily(index);
  if (index === family) return undefined;
  return indices.find((other) => other.index > index && spanIndexFamily(other.index) === family);
}
