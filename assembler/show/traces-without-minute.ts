import type { ElasticConnection } from "../elastic/elastic-connection";
import { tracesIndex } from "../elastic/index-names";

/** How many traces written since a moment (ms since 1970) count in no minute. Rejects with ElasticError. */
export async function tracesWithoutMinute(connection: ElasticConnection, since: number): Promise<number> {
  const { count } = await connection.askJson<{ count: number }>({
    method: "POST",
    path: `/${tracesIndex}/_count`,
    query: { ignore_unavailable: "true", allow_no_indices: "true" },
    body: {
      query: { bool: { filter: { range: { closed_at: { gte: since } } }, must_not: { exists: { field: "minutes" } } } },
    },
  });
  return count;
}
