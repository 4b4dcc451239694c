import { setTimeout as delay } from "node:timers/promises";
import type { BenchElasticsearch } from "./bench-elasticsearch";
import { spanStream, spansPerTrace } from "./span-stream";

const spansPerSecond = 5000;
const spansPerWrite = 250;
/** So long that the first second, in which the assembler's code is still compiled, does not decide alone. */
const seconds = 60;
const lookEveryMs = 100;
/** Searches look again at what others may have overtaken: more than two bulk requests hold. */
const overlap = 1000;
const longestWaitMs = 60_000;

/**
 * Seconds from the moment that the last span of a trace was indexed to the moment that a search finds the whole trace,
 * for each trace of a stream of 5,000 spans a second, while the service runs with its defaults.
 */
export async function measureFreshness(elasticsearch: BenchElasticsearch, index: string): Promise<number[]> {
  const indexedAt = new Map<string, number>();
  const readableAt = new Map<string, number>();
  let isWritten = false;
  const writing = writeSteadily(elasticsearch, index, indexedAt).finally(() => {
    isWritten = true;
  });
  let from = 0;
  let writtenAt = 0;
  while (!isWritten || readableAt.size < indexedAt.size) {
    if (isWritten) writtenAt ||= performance.now();
    if (writtenAt > 0 && performance.now() - writtenAt > longestWaitMs) {
      throw new Error(`${indexedAt.size - readableAt.size} traces are not readable ${longestWaitMs / 1000} s later`);
    }
    const { whole, last } = await wholeTraces(elasticsearch, from - overlap);
    const now = performance.now();
    for (const id of whole) if (!readableAt.has(id)) readableAt.set(id, now);
    from = Math.max(from, last);
    await delay(lookEveryMs);
  }
  await writing;
  return [...indexedAt].map(([id, at]) => ((readableAt.get(id) as number) - at) / 1000);
}

async function writeSteadily(
  elasticsearch: BenchElasticsearch,
  index: string,
  indexedAt: Map<string, number>,
): Promise<void> {
  const stream = [...spanStream((spansPerSecond * seconds) / spansPerTrace, true)];
  const started = performance.now();
  const requests: Promise<void>[] = [];
  for (let place = 0; place < stream.length; place += spansPerWrite) {
    const due = started + (place / spansPerSecond) * 1000;
    if (due > performance.now()) await delay(due - performance.now());
    const documents = stream.slice(place, place + spansPerWrite);
    const written = elasticsearch.write(index, documents).then(() => {
      const now = performance.now();
      for (const { text } of documents) indexedAt.set(traceIdOf(text), now);
    });
    requests.push(written);
  }
  await Promise.all(requests);
}

function traceIdOf(text: string): string {
  return /"trace_id":"([^"]+)"/.exec(text)?.[1] ?? "";
}

async function wholeTraces(
  elasticsearch: BenchElasticsearch,
  after: number,
): Promise<{ whole: string[]; last: number }> {
  const request = {
    size: 10_000,
    query: { bool: { filter: [{ range: { _seq_no: { gt: after } } }, { term: { span_num: spansPerTrace } }] } },
    sort: [{ _seq_no: "asc" }],
    _source: false,
    track_total_hits: false,
  };
  const answer = await elasticsearch.ask(
    "POST",
    "/traces/_search?filter_path=hits.hits._id,hits.hits.sort",
    JSON.stringify(request),
  );
  const hits = (JSON.parse(answer).hits?.hits ?? []) as { _id: string; sort: [number] }[];
  return { whole: hits.map((hit) => hit._id), last: hits.at(-1)?.sort[0] ?? 0 };
}
