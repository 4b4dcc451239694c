import type { ElasticConnection } from "../elastic/elastic-connection";
import { tracesIndex } from "../elastic/index-names";
import { readSearchHits } from "../elastic/search-hits";
import { readTrace } from "../trace/read-trace";
import type { Trace } from "../trace/trace";

/** The latest traces, newest first. Rejects with ElasticError. */
export function latestTraces(connection: ElasticConnection, limit: number): Promise<Trace[]> {
  return search(connection, { match_all: {} }, limit);
}

/** Traces whose id is or begins with the text; two of them are enough to say that it is not one. */
export function tracesByIdPrefix(connection: ElasticConnection, prefix: string): Promise<Trace[]> {
  return search(connection, { prefix: { trace_id: prefix } }, 2);
}

async function search(connection: ElasticConnection, query: object, size: number): Promise<Trace[]> {
  const request = {
    method: "POST",
    path: `/${tracesIndex}/_search`,
    body: { size, query, sort: [{ start_time: "desc" }, { trace_id: "asc" }], track_total_hits: false },
  } as const;
  const page = await connection.askFor(request, readSearchHits);
  return page.hits.map((hit) => readTrace(hit.source));
}
