import { RawText } from "../../../../assembler/json/raw-text";
import type { SpanHit } from "../../../../assembler/store";
import type { Arrival } from "../../../unit/assembler/support/random-traffic";
import { withoutHistory } from "../../../unit/assembler/support/without-history";

/** Elasticsearch as agents and users see it, on the node's own address. */
export class SpanIndex {
  readonly #url: () => string;

  constructor(nodeUrl: string | (() => string)) {
    this.#url = typeof nodeUrl === "string" ? () => nodeUrl : nodeUrl;
  }

  async ask(method: string, path: string, body?: string): Promise<string> {
    const response = await fetch(this.#url() + path, {
      method,
      ...(body === undefined ? {} : { body, headers: { "content-type": "application/x-ndjson" } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text;
  }

  async create(index: string, shards: number): Promise<void> {
    const settings = { number_of_shards: shards, number_of_replicas: 0 };
    await this.ask("PUT", `/${index}`, JSON.stringify({ settings }));
  }

  /** An index that takes any document, as one without our template does. */
  async createUnmapped(index: string): Promise<void> {
    const anything = { type: "object", enabled: false };
    const properties = { context: anything, tag: anything, metric: anything, content: anything };
    await this.ask("PUT", `/${index}`, JSON.stringify({ mappings: { dynamic: false, properties } }));
  }

  /** Writes documents in one bulk request; throws unless all are taken. */
  async write(arrivals: readonly Arrival[]): Promise<void> {
    const refused = (await this.#bulk(arrivals)).find(({ error }) => error !== undefined);
    if (refused !== undefined) throw new Error(JSON.stringify(refused));
  }

  /** Writes documents in one bulk request; returns those that Elasticsearch took. */
  async offer(arrivals: readonly Arrival[]): Promise<Arrival[]> {
    const outcomes = await this.#bulk(arrivals);
    return arrivals.filter((_, place) => outcomes[place]?.error === undefined);
  }

  async #bulk(arrivals: readonly Arrival[]): Promise<{ status: number; error?: object }[]> {
    const lines = arrivals.flatMap(({ index, id, text }) => [
      JSON.stringify({ index: { _index: index, _id: id } }),
      RawText.from(text).onOneLine().toString(),
    ]);
    const path = "/_bulk?filter_path=items.*.status,items.*.error";
    const answer = JSON.parse(await this.ask("POST", path, `${lines.join("\n")}\n`));
    return answer.items.map((item: { index: { status: number; error?: object } }) => item.index);
  }

  /** All span documents as they are now. */
  async documents(pattern = "spans_*,-spans_rejected"): Promise<{ index: string; hit: SpanHit }[]> {
    const documents: { index: string; hit: SpanHit }[] = [];
    for (const hit of await this.#all(pattern)) {
      const source = RawText.from(hit.source);
      documents.push({ index: hit.index, hit: { id: hit.id, seqNo: 0, version: 1, source } });
    }
    return documents;
  }

  /** Text of each trace document by its id, as Elasticsearch holds it, without its history. */
  async traces(): Promise<Map<string, string>> {
    return new Map((await this.#all("traces")).map(({ id, source }) => [id, withoutHistory(source)]));
  }

  async rejections(): Promise<Record<string, unknown>[]> {
    return (await this.#all("spans_rejected")).map(({ source }) => JSON.parse(source));
  }

  /** Text of each document of an index. */
  async texts(index: string): Promise<string[]> {
    return (await this.#all(index)).map(({ source }) => source);
  }

  async #all(pattern: string): Promise<{ index: string; id: string; source: string }[]> {
    const found: { index: string; id: string; source: string }[] = [];
    await this.ask("POST", `/${pattern}/_refresh`);
    const indices = Object.keys(
      JSON.parse(await this.ask("GET", `/${pattern}/_settings?filter_path=*.settings.index.uuid`)),
    );
    for (const index of indices) {
      const count = JSON.parse(await this.ask("GET", `/${index}/_count`)).count as number;
      for (let from = 0; from < count; from += 500) {
        // All pages from the same copies: each has an order of its own.
        const path = `/${index}/_search?preference=pages`;
        const page = await this.ask("POST", path, JSON.stringify({ from, size: 500, sort: ["_doc"] }));
        for (const { id, source } of hitsOf(page)) found.push({ index, id, source });
      }
    }
    return found;
  }
}

/** Sources as text: parsing them would cut their digits. */
function hitsOf(page: string): { id: string; source: string }[] {
  const parts = page.split('{"_index":').slice(1);
  return parts.map((part) => {
    const id = JSON.parse(/"_id":("(?:[^"\\]|\\.)*")/.exec(part)?.[1] ?? '""') as string;
    const start = part.indexOf('"_source":') + '"_source":'.length;
    return { id, source: part.slice(start, part.lastIndexOf(',"sort":[')) };
  });
}
