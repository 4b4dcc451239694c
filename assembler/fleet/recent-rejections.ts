import type { ElasticConnection } from "../elastic/elastic-connection";
import { rejectedIndex, spanIndexFamily } from "../elastic/index-names";

const mostIndices = 10_000;

/** How many documents were rejected since a moment (milliseconds since 1970), by the alias or index they were written to. */
export async function recentRejections(connection: ElasticConnection, since: number): Promise<Map<string, number>> {
  const { aggregations } = await connection.askJson<{
    aggregations?: { indices: { buckets: { key: string; doc_count: number }[] } };
  }>({
    method: "POST",
    path: `/${rejectedIndex}/_search`,
    query: { ignore_unavailable: "true" },
    body: {
      size: 0,
      track_total_hits: false,
      query: { range: { rejected_at: { gte: since } } },
      aggs: { indices: { terms: { field: "index", size: mostIndices } } },
    },
  });
  const counts = new Map<string, number>();
  for (const { key, doc_count } of aggregations?.indices.buckets ?? []) {
    const family = spanIndexFamily(key);
    counts.set(family, (counts.get(family) ?? 0) + doc_count);
  }
  return counts;
}
