import { createHash } from "node:crypto";
import { RawText } from "../json/raw-text";
import type { Rejection, StoredTrace, TraceDelete, TraceStore, TraceVersion, TraceWrite, WriteOutcome } from "../store";
import { bulk } from "./bulk";
import type { BulkOperation } from "./bulk-body";
import { dailyIndexPattern } from "./daily-index";
import { DailyIndices, type WriteTarget } from "./daily-indices";
import type { ElasticConnection } from "./elastic-connection";
import { ElasticError } from "./elastic-error";
import { rejectedIndex, tracesIndex } from "./index-names";
import { askAgainMs } from "./refresh-watch";
import { type HitPage, readSearchHits } from "./search-hits";

/** Span ids of one look-up; far below the limit on terms (65,536). */
const idsPerSearch = 2000;
/** Traces found by them at most before the look-up is halved; the limit on a result is 10,000. */
const mostFound = 5000;
const tracesPerLoad = 500;
const longestReason = 2000;

/**
 * Traces and rejections in Elasticsearch. Traces lie in daily indices behind one alias; a trace stays in the index of the
 * day it was first written on. That no other day has a trace of its id is asked once per batch, and only where there are
 * other days.
 */
export class ElasticTraceStore implements TraceStore {
  readonly #connection: ElasticConnection;
  readonly #days: DailyIndices;
  /** The target since which the other days' indices were made searchable: they get no new documents after it. */
  #refreshedFor: WriteTarget | undefined;
  readonly #now: () => number;
  #refusedAt = Number.NEGATIVE_INFINITY;

  /** `now`: milliseconds since 1970; says which day it is. */
  constructor(connection: ElasticConnection, now: () => number = Date.now) {
    this.#connection = connection;
    this.#now = now;
    this.#days = new DailyIndices(connection, tracesIndex, now);
  }

  async write(traces: readonly TraceWrite[]): Promise<WriteOutcome[]> {
    if (traces.length === 0) return [];
    const target = await this.#days.target();
    const taken = await this.#ofOtherDays(target, newIds(traces));
    const isTaken = ({ id, expected }: TraceWrite) => expected === undefined && taken.has(id);
    const sent = taken.size === 0 ? traces : traces.filter((trace) => !isTaken(trace));
    const operations = sent.map((trace) => writeOperation(trace, target.index));
    const outcomes = await bulk(this.#connection, target.index, operations);
    if (taken.size === 0) return outcomes;
    const next = outcomes.values();
    return traces.map((trace) => (isTaken(trace) ? { kind: "conflict" } : (next.next().value as WriteOutcome)));
  }

  async delete(traces: readonly TraceDelete[]): Promise<WriteOutcome[]> {
    const operations = traces.map(({ id, expected }) => ({
      action: { delete: { _index: expected.index, _id: id, ...conditionOf(expected) } },
      index: expected.index,
    }));
    return bulk(this.#connection, tracesIndex, operations);
  }

  async load(ids: readonly string[]): Promise<StoredTrace[]> {
    if (ids.length === 0) return [];
    await this.#refresh(tracesIndex);
    const traces: StoredTrace[] = [];
    for (let place = 0; place < ids.length; place += tracesPerLoad) {
      traces.push(...(await this.#loadSome(ids.slice(place, place + tracesPerLoad))));
    }
    return traces;
  }

  async find(spanIds: readonly string[]): Promise<string[]> {
    if (spanIds.length === 0) return [];
    await this.#refresh(tracesIndex);
    const found = new Set<string>();
    for (let place = 0; place < spanIds.length; place += idsPerSearch) {
      for (const id of await this.#findSome(spanIds.slice(place, place + idsPerSearch))) found.add(id);
    }
    return [...found];
  }

  /** By a user who may not refresh, what was written is found as the index refreshes itself. */
  async makeReadable(): Promise<void> {
    if (this.#now() - this.#refusedAt < askAgainMs) return;
    try {
      await this.#refresh(tracesIndex);
    } catch (error) {
      if (!(error instanceof ElasticError) || error.kind !== "denied") throw error;
      this.#refusedAt = this.#now();
    }
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

  /** Which of the ids are taken by traces in other indices than the target. */
  async #ofOtherDays(target: WriteTarget, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const taken = new Set<string>();
    if (!target.hasOthers || ids.length === 0) return taken;
    const others = `${dailyIndexPattern(tracesIndex)},-${target.index}`;
    if (this.#refreshedFor !== target) await this.#refresh(others);
    this.#refreshedFor = target;
    for (let place = 0; place < ids.length; place += idsPerSearch) {
      const values = ids.slice(place, place + idsPerSearch);
      const { hits } = await this.#search(others, {
        size: idsPerSearch,
        query: { ids: { values } },
        sort: ["_doc"],
        _source: false,
      });
      for (const { id } of hits) taken.add(id);
    }
    return taken;
  }

  async #loadSome(ids: readonly string[]): Promise<StoredTrace[]> {
    if (ids.length === 0) return [];
    try {
      const query = { ids: { values: ids } };
      const { hits } = await this.#search(tracesIndex, { size: mostFound, query, seq_no_primary_term: true });
      return hits.map(({ index, id, seqNo, primaryTerm, source }) => ({
        id,
        version: { index, seqNo, primaryTerm },
        document: source,
      }));
    } catch (error) {
      return this.#inHalves(error, ids, (some) => this.#loadSome(some));
    }
  }

  async #findSome(spanIds: readonly string[]): Promise<string[]> {
    const query = { bool: { filter: { terms: { span_ids: spanIds } } } };
    const { hits } = await this.#search(tracesIndex, { size: mostFound, query, sort: ["_doc"], _source: false });
    if (hits.length < mostFound || spanIds.length === 1) return hits.map((hit) => hit.id);
    return this.#inHalves(undefined, spanIds, (some) => this.#findSome(some));
  }

  #search(indices: string, body: object): Promise<HitPage> {
    const request = {
      method: "POST",
      path: `/${indices}/_search`,
      query: { allow_partial_search_results: "false" },
      body: { ...body, track_total_hits: false },
    } as const;
    return this.#connection.askFor(request, readSearchHits);
  }

  async #refresh(indices: string): Promise<void> {
    await this.#connection.ask({ method: "POST", path: `/${indices}/_refresh` });
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

function newIds(traces: readonly TraceWrite[]): string[] {
  return traces.flatMap(({ id, expected }) => (expected === undefined ? [id] : []));
}

export function writeOperation({ id, expected, document }: TraceWrite, target: string): BulkOperation {
  if (expected === undefined) return { action: { create: { _id: id } }, document };
  const action = { index: { _id: id, ...conditionOf(expected) } };
  if (expected.index === target) return { action, document };
  return { action: { index: { _index: expected.index, ...action.index } }, index: expected.index, document };
}

function conditionOf({ seqNo, primaryTerm }: TraceVersion): { if_seq_no: number; if_primary_term: number } {
  return { if_seq_no: seqNo, if_primary_term: primaryTerm };
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
