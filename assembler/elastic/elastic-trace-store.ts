import { createHash } from "node:crypto";
import { RawText } from "../json/raw-text";
import type { Rejection, StoredTrace, TraceDelete, TraceStore, TraceWrite, WriteOutcome } from "../store";
import { bulk } from "./bulk";
import type { ElasticConnection } from "./elastic-connection";
import { ElasticError } from "./elastic-error";
import { rejectedIndex, tracesIndex } from "./index-names";
import { readMultiGet, readSearchHits } from "./search-hits";

/** Span ids of one look-up; far below the limit on terms (65,536). */
const idsPerSearch = 2000;
/** Traces found by them at most before the look-up is halved; the limit on a result is 10,000. */
const mostFound = 5000;
const tracesPerLoad = 500;
const longestReason = 2000;

/** Traces and rejections in Elasticsearch. */
export class ElasticTraceStore implements TraceStore {
  readonly #connection: ElasticConnection;

  constructor(connection: ElasticConnection) {
    this.#connection = connection;
  }

  write(traces: readonly TraceWrite[]): Promise<WriteOutcome[]> {
    const operations = traces.map(({ id, expected, document }) => ({
      action:
        expected === undefined
          ? { create: { _id: id } }
          : { index: { _id: id, if_seq_no: expected.seqNo, if_primary_term: expected.primaryTerm } },
      document,
    }));
    return bulk(this.#connection, tracesIndex, operations);
  }

  delete(traces: readonly TraceDelete[]): Promise<WriteOutcome[]> {
    const operations = traces.map(({ id, expected }) => ({
      action: { delete: { _id: id, if_seq_no: expected.seqNo, if_primary_term: expected.primaryTerm } },
    }));
    return bulk(this.#connection, tracesIndex, operations);
  }

  async load(ids: readonly string[]): Promise<StoredTrace[]> {
    const traces: StoredTrace[] = [];
    for (let place = 0; place < ids.length; place += tracesPerLoad) {
      traces.push(...(await this.#loadSome(ids.slice(place, place + tracesPerLoad))));
    }
    return traces;
  }

  async find(spanIds: readonly string[]): Promise<string[]> {
    if (spanIds.length === 0) return [];
    await this.#connection.ask({ method: "POST", path: `/${tracesIndex}/_refresh` });
    const found = new Set<string>();
    for (let place = 0; place < spanIds.length; place += idsPerSearch) {
      for (const id of await this.#findSome(spanIds.slice(place, place + idsPerSearch))) found.add(id);
    }
    return [...found];
  }

  async reject(rejections: readonly Rejection[]): Promise<void> {
    const operations = rejections.map((rejection) => ({
      action: { index: { _id: rejectionId(rejection) } },
      document: RawText.from(JSON.stringify(rejectionDocument(rejection))),
    }));
    for (const outcome of await bulk(this.#connection, rejectedIndex, operations)) {
      if (outcome.kind === "written") continue;
      const reason = outcome.kind === "conflict" ? "conflict" : outcome.reason;
      throw new ElasticError("busy", `a rejection was not written to ${rejectedIndex}: ${reason}`);
    }
  }

  async #loadSome(ids: readonly string[]): Promise<StoredTrace[]> {
    if (ids.length === 0) return [];
    try {
      const request = { method: "POST", path: `/${tracesIndex}/_mget`, body: { ids } } as const;
      const hits = await this.#connection.askFor(request, readMultiGet);
      return hits.map(({ id, seqNo, primaryTerm, source }) => ({
        id,
        version: { seqNo, primaryTerm },
        document: source,
      }));
    } catch (error) {
      return this.#inHalves(error, ids, (some) => this.#loadSome(some));
    }
  }

  async #findSome(spanIds: readonly string[]): Promise<string[]> {
    const request = {
      method: "POST",
      path: `/${tracesIndex}/_search`,
      query: { allow_partial_search_results: "false" },
      body: {
        size: mostFound,
        query: { bool: { filter: { terms: { span_ids: spanIds } } } },
        sort: ["_doc"],
        _source: false,
        track_total_hits: false,
      },
    } as const;
    const { hits } = await this.#connection.askFor(request, readSearchHits);
    if (hits.length < mostFound || spanIds.length === 1) return hits.map((hit) => hit.id);
    return this.#inHalves(undefined, spanIds, (some) => this.#findSome(some));
  }

  async #inHalves<T>(
    error: unknown,
    items: readonly string[],
    ask: (items: readonly string[]) => Promise<T[]>,
  ): Promise<T[]> {
    const mayHalve = error === undefined || (error instanceof ElasticError && error.kind === "too_large");
    if (!mayHalve || items.length === 1) throw error;
    const half = items.length >> 1;
    return [...(await ask(items.slice(0, half))), ...(await ask(items.slice(half)))];
  }
}

/** The same document always has the same rejection, so that a replay adds none. */
function rejectionId({ pointer, spanId }: Rejection): string {
  return createHash("sha256")
    .update(JSON.stringify([pointer.index, pointer.id, spanId]))
    .digest("hex")
    .slice(0, 32);
}

function rejectionDocument({ pointer, spanId, field, reason }: Rejection): object {
  return {
    index: pointer.index,
    id: pointer.id,
    seq_no: pointer.seqNo,
    ...(spanId === "" ? {} : { span_id: spanId }),
    ...(field === "" ? {} : { field }),
    reason: reason.slice(0, longestReason),
    rejected_at: Date.now(),
  };
}
