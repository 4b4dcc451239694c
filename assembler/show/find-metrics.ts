import type { ElasticConnection } from "../elastic/elastic-connection";
import { callGraphIndex, serviceMetricsIndex } from "../elastic/index-names";
import { readSearchHits } from "../elastic/search-hits";
import type { Minute } from "../trace/minute";

/** What documents of `service_metrics` and `call_graph` have in common; durations in nanoseconds. */
interface StoredLine {
  readonly minute: Minute;
  readonly endpoint: string;
  readonly count: number;
  readonly errors: number;
  readonly avg_duration: number;
  readonly p50_duration: number;
  readonly p95_duration: number;
  readonly p99_duration: number;
  readonly max_duration: number;
  /** Lower bound in nanoseconds, and how many. */
  readonly histogram: readonly (readonly [bucket: number, count: number])[];
}

export interface StoredService extends StoredLine {
  readonly service: string;
}

export interface StoredCall extends StoredLine {
  readonly caller: string;
  readonly callee: string;
  readonly protocol: string;
  /** Calls whose other side was not seen. */
  readonly unseen: number;
}

const pageSize = 2000;

/** All service metrics from a minute on. Numbers beyond 2^53 are rounded, as nobody prints them. Rejects with ElasticError. */
export function serviceMetricsSince(connection: ElasticConnection, since: Minute): Promise<StoredService[]> {
  return allSince(connection, serviceMetricsIndex, since, ["service", "endpoint"]);
}

/** All edges of the call graph from a minute on. Rejects with ElasticError. */
export function callsSince(connection: ElasticConnection, since: Minute): Promise<StoredCall[]> {
  return allSince(connection, callGraphIndex, since, ["caller", "callee", "protocol", "endpoint"]);
}

async function allSince<T extends StoredLine>(
  connection: ElasticConnection,
  index: string,
  since: Minute,
  names: readonly string[],
): Promise<T[]> {
  const order = ["minute", ...names];
  const found: T[] = [];
  for (;;) {
    const last = found.at(-1) as Record<string, unknown> | undefined;
    const request = {
      method: "POST",
      path: `/${index}/_search`,
      query: { allow_partial_search_results: "false" },
      body: {
        size: pageSize,
        query: { range: { minute: { gte: since } } },
        sort: order.map((field) => ({ [field]: "asc" })),
        track_total_hits: false,
        ...(last === undefined ? {} : { search_after: order.map((field) => last[field]) }),
      },
    } as const;
    const { hits } = await connection.askFor(request, readSearchHits);
    for (const { source } of hits) found.push(JSON.parse(source.toString()) as T);
    if (hits.length < pageSize) return found;
  }
}
