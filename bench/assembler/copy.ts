import { bulk } from "../../assembler/elastic/bulk";
import type { BulkOperation } from "../../assembler/elastic/bulk-body";
import { DailyIndices } from "../../assembler/elastic/daily-indices";
import type { ElasticConnection } from "../../assembler/elastic/elastic-connection";
import { ElasticSpanSource } from "../../assembler/elastic/elastic-span-source";
import { tracesIndex } from "../../assembler/elastic/index-names";
import { RawText } from "../../assembler/json/raw-text";
import type { ShardHead, SpanPage } from "../../assembler/store";
import { spansPerTrace } from "./span-stream";
import { Stopwatch, type Taken } from "./stopwatch";

const pageSize = 5000;
const traceIdKey = Buffer.from('"trace_id":"');
const traceIdLength = 32;
const comma = Buffer.from(",");
const close = Buffer.from("]}");

/**
 * Reads every span, puts those of one trace id together, and writes them as one document as soon as all ten are there:
 * no checks, no links, no order, no summary, no cursor, and nothing in the documents but the id and the spans. It reads
 * on while it writes, over the same connection and with the same page and request sizes as the assembler.
 */
export async function copyTraces(connection: ElasticConnection, pattern: string): Promise<Taken> {
  const started = new Stopwatch();
  const source = new ElasticSpanSource(connection, pattern, pageSize);
  const { heads } = await source.heads();
  await source.makeReadable(heads);
  const { index } = await new DailyIndices(connection, tracesIndex, Date.now).target();
  const traces = new Map<string, RawText[]>();
  const readUpTo = new Map<ShardHead, number>(heads.map((head) => [head, -1]));
  let reading = readOn(source, readUpTo);
  for (let pages = await reading; pages.length > 0; pages = await reading) {
    reading = readOn(source, readUpTo);
    await writeComplete(connection, index, traces, pages);
  }
  if (traces.size > 0) throw new Error(`${traces.size} traces of the copy lack spans`);
  return started.read();
}

/** The next page of each shard. */
function readOn(source: ElasticSpanSource, readUpTo: Map<ShardHead, number>): Promise<SpanPage[]> {
  const unread = [...readUpTo].filter(([head, after]) => after < head.checkpoint);
  return Promise.all(
    unread.map(async ([head, after]) => {
      const page = await source.read(head, after);
      readUpTo.set(head, page.upTo);
      return page;
    }),
  );
}

async function writeComplete(
  connection: ElasticConnection,
  index: string,
  traces: Map<string, RawText[]>,
  pages: readonly SpanPage[],
): Promise<void> {
  const operations: BulkOperation[] = [];
  for (const { hits } of pages) {
    for (const { source } of hits) {
      const from = source.bytes.indexOf(traceIdKey, source.start) + traceIdKey.length;
      const id = source.bytes.toString("latin1", from, from + traceIdLength);
      const spans = traces.get(id);
      if (spans === undefined) traces.set(id, [source]);
      else if (spans.push(source) === spansPerTrace) {
        traces.delete(id);
        operations.push({ action: { create: { _id: id } }, document: joined(id, spans) });
      }
    }
  }
  for (const outcome of await bulk(connection, index, operations)) {
    if (outcome.kind !== "written") throw new Error(`the copy of a trace was not written: ${outcome.kind}`);
  }
}

function joined(id: string, spans: readonly RawText[]): RawText {
  const parts: Buffer[] = [Buffer.from(`{"trace_id":"${id}","spans":[`)];
  for (const { bytes, start, end } of spans) {
    if (parts.length > 1) parts.push(comma);
    parts.push(bytes.subarray(start, end));
  }
  parts.push(close);
  const document = Buffer.concat(parts);
  return RawText.of(document, true);
}
