import type { SpanDocument } from "./span-stream";
import { spanStream, spansPerTrace } from "./span-stream";

const shards = 3;
const documentsPerRequest = 2000;
const requestsAtOnce = 3;

/** Elasticsearch as the benchmark fills, empties and looks into it. */
export class BenchElasticsearch {
  constructor(readonly url: string) {}

  async ask(method: string, path: string, body?: string | Buffer): Promise<string> {
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { body, headers: { "content-type": "application/x-ndjson" } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text;
  }

  /** Makes an index of three shards, with the mapping of our template. */
  async create(index: string): Promise<void> {
    await this.ask("PUT", `/${index}`, JSON.stringify({ settings: { number_of_shards: shards } }));
  }

  /** An index with so many spans of the stream; merged, so that later rounds find it as the first one did. */
  async fill(index: string, spans: number): Promise<void> {
    await this.create(index);
    const stream = spanStream(spans / spansPerTrace, true);
    const writeOn = async (): Promise<void> => {
      for (let some = take(stream); some.length > 0; some = take(stream)) await this.write(index, bulkBody(some));
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, writeOn));
    await this.ask("POST", `/${index}/_flush`);
    await this.ask("POST", `/${index}/_forcemerge?max_num_segments=1`);
  }

  /** Sends what `bulkBody` made. */
  async write(index: string, body: Buffer): Promise<void> {
    const answer = await this.ask("POST", `/${index}/_bulk?filter_path=errors,items.*.error`, body);
    if (!answer.startsWith('{"errors":false')) throw new Error(`spans were not taken: ${answer.slice(0, 500)}`);
  }

  /** Removes the indices that are there and match. */
  async remove(...patterns: string[]): Promise<void> {
    const found = JSON.parse(await this.ask("GET", `/_cat/indices/${patterns.join(",")}?format=json&h=index`));
    const names = (found as { index: string }[]).map(({ index }) => index);
    if (names.length > 0) await this.ask("DELETE", `/${names.join(",")}`);
  }
}

/** The request that makes these documents. */
export function bulkBody(documents: readonly SpanDocument[]): Buffer {
  return Buffer.from(documents.map(({ id, text }) => `{"create":{"_id":"${id}"}}\n${text}\n`).join(""));
}

function take(stream: Generator<SpanDocument>): SpanDocument[] {
  const some: SpanDocument[] = [];
  while (some.length < documentsPerRequest) {
    const next = stream.next();
    if (next.done) break;
    some.push(next.value);
  }
  return some;
}
