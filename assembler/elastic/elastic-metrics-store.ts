import { RawText } from "../json/raw-text";
import { type RetentionRecord, retentionRecordId } from "../retention/retention-record";
import type { MetricKind } from "../service-metrics/metric-documents";
import type { MetricsStore, MetricWrite, StoredDirt, StoredMetric } from "../service-metrics/metrics-store";
import type { WriteOutcome } from "../store";
import type { Minute } from "../trace/minute";
import { bulk } from "./bulk";
import type { BulkOperation } from "./bulk-body";
import type { ElasticConnection } from "./elastic-connection";
import { ElasticError } from "./elastic-error";
import { callGraphIndex, serviceMetricsIndex, tracesIndex } from "./index-names";
import { type Hit, readSearchHits } from "./search-hits";
import { VersionedDocument } from "./versioned-document";

const metricsPerPage = 1000;
const minutesPerPage = 100;
const mostTraces = 1000;
/** Bytes a page of traces should come to: while it is gone through, nothing else is done in this process. */
const pageBytes = 2 * 1024 * 1024;

const indexOf: Readonly<Record<MetricKind, string>> = { service: serviceMetricsIndex, call: callGraphIndex };
/** What tells the metrics of one minute apart. */
const orders: Readonly<Record<MetricKind, readonly string[]>> = {
  service: ["service", "endpoint"],
  call: ["caller", "callee", "protocol", "endpoint"],
};

interface MinutesAnswer {
  readonly aggregations?: { readonly minutes: { readonly buckets: readonly { readonly key: { minute: Minute } }[] } };
}

/** Metrics in Elasticsearch; what is dirty is a document per assembler's name, which only its lease's holder writes. */
export class ElasticMetricsStore implements MetricsStore {
  readonly #connection: ElasticConnection;
  readonly #dirt: VersionedDocument<StoredDirt>;
  #tracesPerPage = 100;

  constructor(connection: ElasticConnection, name: string) {
    this.#connection = connection;
    this.#dirt = new VersionedDocument(connection, `metrics-${name}`);
  }

  loadDirt(): Promise<StoredDirt | undefined> {
    return this.#dirt.read();
  }

  commitDirt(dirt: StoredDirt): Promise<void> {
    return this.#dirt.write(dirt);
  }

  async frozenBefore(): Promise<Minute> {
    const record = new VersionedDocument<RetentionRecord>(this.#connection, retentionRecordId);
    return (await record.read())?.metrics_frozen_before ?? 0;
  }

  async makeReadable(): Promise<void> {
    const indices = [tracesIndex, serviceMetricsIndex, callGraphIndex].join(",");
    await this.#connection.ask({
      method: "POST",
      path: `/${indices}/_refresh`,
      query: { filter_path: "_shards.failed" },
    });
  }

  async minutesAfter(after: Minute): Promise<Minute[]> {
    const answer = await this.#connection.askJson<MinutesAnswer>({
      method: "POST",
      path: `/${[tracesIndex, serviceMetricsIndex, callGraphIndex].join(",")}/_search`,
      query: { allow_partial_search_results: "false", filter_path: "aggregations.minutes.buckets.key" },
      body: {
        size: 0,
        track_total_hits: false,
        aggs: {
          minutes: {
            composite: {
              size: minutesPerPage,
              sources: [{ minute: { terms: { field: "minutes" } } }],
              ...(Number.isFinite(after) ? { after: { minute: after } } : {}),
            },
          },
        },
      },
    });
    return (answer.aggregations?.minutes.buckets ?? []).map(({ key }) => key.minute);
  }

  async *tracesOf(minute: Minute): AsyncGenerator<RawText[]> {
    let after: string | undefined;
    for (;;) {
      const size = this.#tracesPerPage;
      let hits: readonly Hit[];
      try {
        hits = await this.#search(tracesIndex, size, {
          query: { term: { minutes: minute } },
          // A page ends at a trace id, so that what is written meanwhile shifts none of the others.
          sort: [{ trace_id: "asc" }],
          ...(after === undefined ? {} : { search_after: [after] }),
        });
      } catch (error) {
        if (!(error instanceof ElasticError) || error.kind !== "too_large" || size === 1) throw error;
        this.#tracesPerPage = Math.max(1, Math.floor(size / 8));
        continue;
      }
      if (hits.length > 0) yield hits.map((hit) => hit.source);
      if (hits.length < size) return;
      after = hits.at(-1)?.id;
      this.#adapt(hits);
    }
  }

  async metricsOf(minute: Minute): Promise<StoredMetric[]> {
    return [...(await this.#metricsIn("service", minute)), ...(await this.#metricsIn("call", minute))];
  }

  async write(writes: readonly MetricWrite[]): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    for (const kind of ["service", "call"] as const) {
      const places = [...writes.keys()].filter((place) => writes[place]?.kind === kind);
      const operations = places.map((place) => operationOf(writes[place] as MetricWrite));
      const results = await bulk(this.#connection, indexOf[kind], operations);
      for (const [order, place] of places.entries()) outcomes[place] = results[order] as WriteOutcome;
    }
    return outcomes;
  }

  async #metricsIn(kind: MetricKind, minute: Minute): Promise<StoredMetric[]> {
    const found: StoredMetric[] = [];
    const order = orders[kind];
    let after: unknown[] | undefined;
    for (;;) {
      const hits = await this.#search(indexOf[kind], metricsPerPage, {
        query: { term: { minute } },
        sort: order.map((field) => ({ [field]: "asc" })),
        seq_no_primary_term: true,
        ...(after === undefined ? {} : { search_after: after }),
      });
      for (const { id, seqNo, primaryTerm, source } of hits) {
        found.push({ kind, id, version: { seqNo, primaryTerm }, source });
      }
      const last = hits.at(-1);
      if (last === undefined || hits.length < metricsPerPage) return found;
      const values = JSON.parse(last.source.toString()) as Record<string, unknown>;
      after = order.map((field) => values[field]);
    }
  }

  async #search(index: string, size: number, body: object): Promise<readonly Hit[]> {
    const request = {
      method: "POST",
      path: `/${index}/_search`,
      query: { allow_partial_search_results: "false" },
      body: { size, track_total_hits: false, ...body },
    } as const;
    const { hits, failedShards, timedOut } = await this.#connection.askFor(request, readSearchHits);
    if (failedShards > 0 || timedOut) throw new ElasticError("busy", `reading ${index} came to no end`);
    return hits;
  }

  #adapt(hits: readonly Hit[]): void {
    const bytes = hits.reduce((sum, hit) => sum + hit.source.length, 0);
    const fitting = Math.floor((pageBytes * hits.length) / Math.max(1, bytes));
    this.#tracesPerPage = Math.max(1, Math.min(mostTraces, fitting, hits.length * 4));
  }
}

function operationOf({ id, text, expected }: MetricWrite): BulkOperation {
  const version = expected && { if_seq_no: expected.seqNo, if_primary_term: expected.primaryTerm };
  if (text === undefined) return { action: { delete: { _id: id, ...version } } };
  const document = RawText.from(text);
  return { action: version === undefined ? { create: { _id: id } } : { index: { _id: id, ...version } }, document };
}
