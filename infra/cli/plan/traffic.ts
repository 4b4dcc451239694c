import { setTimeout as delay } from "node:timers/promises";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { ElasticError, errorOfAnswer } from "../../../assembler/elastic/elastic-error";
import { rejectedIndex, tracesIndex } from "../../../assembler/elastic/index-names";
import { firstWallClock } from "../../../assembler/span/wall-clock";
import { minuteMs } from "../../../assembler/trace/minute";
import { spanIndexPrefix } from "../../fleet/agent-config";
import type { ElasticSpec } from "../../fleet/elastic-spec";
import {
  type FieldCaps,
  indicesByLack,
  readServices,
  type ServicesAnswer,
  servicesQuery,
  spanFieldNames,
} from "./span-services";

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

interface Searched extends ServicesAnswer {
  readonly status: number;
  readonly error?: object;
}

interface TraceCounts {
  readonly hits: { readonly total: { readonly value: number } };
  readonly aggregations?: { readonly groups?: { readonly buckets: Readonly<Record<string, { doc_count: number }>> } };
}

/**
 * The request body that counts the traces since a moment, in nanoseconds: all, and those that hold a service of each
 * group. Traces of clocks that count from a boot go by the minutes in which they count, and so by whole minutes.
 */
export function tracesQuery(since: bigint, groups: ReadonlyMap<string, readonly string[]>): object {
  const filters = Object.fromEntries([...groups].map(([name, services]) => [name, { terms: { services } }]));
  return {
    size: 0,
    track_total_hits: true,
    query: {
      bool: {
        should: [
          { range: { start_time: { gte: String(since) } } },
          {
            bool: {
              filter: [
                { range: { start_time: { lt: String(firstWallClock) } } },
                { range: { minutes: { gte: Number(since / 1_000_000n) - minuteMs } } },
              ],
            },
          },
        ],
      },
    },
    ...(groups.size > 0 && { aggs: { groups: { filters: { filters } } } }),
  };
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
    const [servicesByIndex, traces] = await Promise.all([findServices(connection, since), countTraces(new Map())]);
    return work({
      servicesByIndex,
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

async function findServices(
  connection: ElasticConnection,
  since: bigint,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const caps = await connection.askJson<FieldCaps>({
    method: "GET",
    path: `/${spanIndexPrefix}*,-${rejectedIndex}/_field_caps`,
    query: { fields: spanFieldNames.join(","), include_unmapped: "true" },
  });
  const searches = [...indicesByLack(caps)];
  if (searches.length === 0) return new Map();
  const lines = searches.flatMap(([lack, index]) => [
    // Half an answer would say of a service that is there that nothing of it goes blind.
    { index, ignore_unavailable: true, allow_partial_search_results: false },
    servicesQuery(since, lack),
  ]);
  const body = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { responses } = await connection.askJson<{ responses: readonly Searched[] }>({
    method: "POST",
    path: "/_msearch",
    body,
  });
  for (const { status, error } of responses) {
    if (error === undefined) continue;
    throw errorOfAnswer("the search for the services of agents", status, Buffer.from(JSON.stringify({ error })));
  }
  return readServices(responses);
}
