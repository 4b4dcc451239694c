import { setTimeout as delay } from "node:timers/promises";
import { type BenchElasticsearch, bulkBody } from "./bench-elasticsearch";
import { type SpanDocument, spanStream, spansPerTrace } from "./span-stream";

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
  const load = makeLoad();
  const { places } = load;
  const indexedAt = new Float64Array(places.size);
  const readableAt = new Float64Array(places.size);
  let readable = 0;
  let isWritten = false;
  const writing = writeSteadily(elasticsearch, index, load, indexedAt).finally(() => {
    isWritten = true;
  });
  let from = 0;
  let writtenAt = 0;
  while (!isWritten || readable < places.size) {
    if (isWritten) writtenAt ||= performance.now();
    if (writtenAt > 0 && performance.now() - writtenAt > longestWaitMs) {
      throw new Error(`${places.size - readable} traces are not readable ${longestWaitMs / 1000} s later`);
    }
    const { whole, last } = await wholeTraces(elasticsearch, from - overlap);
    const now = performance.now();
    for (const id of whole) {
      const place = places.get(id) as number;
      if (readableAt[place] === 0) readable += 1;
      readableAt[place] ||= now;
    }
    from = Math.max(from, last);
    await delay(lookEveryMs);
  }
  await writing;
  return Array.from(indexedAt, (at, place) => ((readableAt[place] as number) - at) / 1000);
}

/** Requests of the writer, and whose spans are in them: a trace is a number here. */
interface Load {
  readonly requests: { readonly body: Buffer; readonly traces: Uint32Array }[];
  /** By trace id. */
  readonly places: ReadonlyMap<string, number>;
}

/**
 * Made beforehand, and outside the memory that is collected: to go through a minute's spans again and again would take
 * both processors from Elasticsearch for a second, every fifteen seconds.
 */
function makeLoad(): Load {
  const places = new Map<string, number>();
  const requests: Load["requests"] = [];
  let documents: SpanDocument[] = [];
  const placeOf = ({ text }: SpanDocument) => {
    const id = /"trace_id":"([^"]+)"/.exec(text)?.[1] ?? "";
    const place = places.get(id) ?? places.size;
    places.set(id, place);
    return place;
  };
  for (const document of spanStream((spansPerSecond * seconds) / spansPerTrace, true)) {
    documents.push(document);
    if (documents.length < spansPerWrite) continue;
    requests.push({ body: bulkBody(documents), traces: Uint32Array.from(documents, placeOf) });
    documents = [];
  }
  return { requests, places };
}

async function writeSteadily(
  elasticsearch: BenchElasticsearch,
  index: string,
  { requests }: Load,
  indexedAt: Float64Array,
): Promise<void> {
  const started = performance.now();
  const sent: Promise<void>[] = [];
  for (const [place, { body, traces }] of requests.entries()) {
    const due = started + ((place * spansPerWrite) / spansPerSecond) * 1000;
    if (due > performance.now()) await delay(due - performance.now());
    const written = elasticsearch.write(index, body).then(() => {
      const now = performance.now();
      for (const trace of traces) indexedAt[trace] = now;
    });
    sent.push(written);
  }
  await Promise.all(sent);
}

interface Hit {
  readonly fields: { readonly trace_id: [string] };
  readonly sort: [number];
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
    // Not `_id`, for which the documents themselves would have to be unpacked.
    stored_fields: "_none_",
    docvalue_fields: ["trace_id"],
    track_total_hits: false,
  };
  const answer = await elasticsearch.ask(
    "POST",
    "/traces/_search?filter_path=hits.hits.fields,hits.hits.sort",
    JSON.stringify(request),
  );
  const hits = (JSON.parse(answer).hits?.hits ?? []) as Hit[];
  return { whole: hits.map(({ fields }) => fields.trace_id[0]), last: hits.at(-1)?.sort[0] ?? 0 };
}
