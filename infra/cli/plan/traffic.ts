import { setTimeout as delay } from "node:timers/promises";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { ElasticError } from "../../../assembler/elastic/elastic-error";
import { rejectedIndex, spanIndexFamily, tracesIndex } from "../../../assembler/elastic/index-names";
import { spanIndexPrefix } from "../../fleet/agent-config";
import type { ElasticSpec } from "../../fleet/elastic-spec";

/** Names are counted up to here; more services than this on one agent, or indices in one fleet, are left out. */
const mostNames = 1000;
/** A plan is not worth a longer wait. */
const patienceMs = 15_000;

/** What went through a fleet in the last minutes. */
export interface Traffic {
  /** Services by the index or alias that an agent writes to. */
  readonly servicesByIndex: ReadonlyMap<string, readonly string[]>;
  readonly traces: number;
  /** By the name of each group of services: how many traces hold a span of at least one of them. */
  tracesWith(groups: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, number>>;
}

interface Buckets {
  readonly buckets: readonly { readonly key: string; readonly services: Buckets }[];
}

interface TraceCounts {
  readonly hits: { readonly total: { readonly value: number } };
  readonly aggregations?: { readonly groups?: { readonly buckets: Readonly<Record<string, { doc_count: number }>> } };
}

const inWindow = (field: string, since: bigint) => ({ range: { [field]: { gte: String(since) } } });

/** The request body that finds the services of every index since a moment, in nanoseconds. */
export function servicesQuery(since: bigint): object {
  return {
    size: 0,
    track_total_hits: false,
    query: inWindow("metric.start_time", since),
    aggs: {
      indices: {
        terms: { field: "_index", size: mostNames },
        aggs: { services: { terms: { field: "tag.ebpf_tag.component", size: mostNames } } },
      },
    },
  };
}

/** The request body that counts the traces since a moment: all, and those that hold a service of each group. */
export function tracesQuery(since: bigint, groups: ReadonlyMap<string, readonly string[]>): object {
  const filters = Object.fromEntries([...groups].map(([name, services]) => [name, { terms: { services } }]));
  return {
    size: 0,
    track_total_hits: true,
    query: inWindow("start_time", since),
    ...(groups.size > 0 && { aggs: { groups: { filters: { filters } } } }),
  };
}

/**
 * Reads the answer to {@link servicesQuery}: what agents write to, be it an index or the alias before several, each with
 * its services, sorted.
 */
export function readServices(answer: { aggregations?: { indices?: Buckets } }): Map<string, readonly string[]> {
  const indices = answer.aggregations?.indices?.buckets ?? [];
  const services = new Map<string, Set<string>>();
  for (const index of indices) {
    const name = spanIndexFamily(index.key);
    const known = services.get(name) ?? new Set();
    services.set(name, known);
    for (const { key } of index.services.buckets) known.add(key);
  }
  return new Map([...services].map(([name, found]) => [name, [...found].sort()]));
}

/**
 * Asks Elasticsearch what went through the fleet in the last minutes, and works with the answer. Throws {@link ElasticError} if it does not answer
 * in time.
 */
export async function withTraffic<Result>(
  elastic: ElasticSpec,
  windowMinutes: number,
  work: (traffic: Traffic) => Promise<Result>,
): Promise<Result> {
  const { url, username, password } = elastic;
  const connection = new ElasticConnection({ url, username, password });
  const stop = new AbortController();
  const since = (BigInt(Date.now()) - BigInt(windowMinutes) * 60_000n) * 1_000_000n;
  const search = <Answer>(index: string, body: object) =>
    connection.askJson<Answer>({
      method: "POST",
      path: `/${index}/_search`,
      query: { ignore_unavailable: "true", allow_no_indices: "true" },
      body,
    });
  const countTraces = (groups: ReadonlyMap<string, readonly string[]>) =>
    search<TraceCounts>(tracesIndex, tracesQuery(since, groups));
  const ask = async () => {
    const [services, traces] = await Promise.all([
      search<object>(`${spanIndexPrefix}*,-${rejectedIndex}`, servicesQuery(since)),
      countTraces(new Map()),
    ]);
    return work({
      servicesByIndex: readServices(services),
      traces: traces.hits.total.value,
      tracesWith: async (groups) => {
        const counted = (await countTraces(groups)).aggregations?.groups?.buckets ?? {};
        return new Map(Object.entries(counted).map(([name, { doc_count }]) => [name, doc_count]));
      },
    });
  };
  try {
    return await Promise.race([ask(), tooLate(url, stop.signal)]);
  } finally {
    stop.abort();
    await connection.close();
  }
}

async function tooLate(url: string, stopped: AbortSignal): Promise<never> {
  await delay(patienceMs, undefined, { signal: stopped }).catch(() => undefined);
  throw new ElasticError("unreachable", `no answer from ${url} within ${patienceMs / 1000} s`);
}
