import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readMultiGet, readSearchHits } from "../../../assembler/elastic/search-hits";
import { RawText } from "../../../assembler/json/raw-text";
import { MalformedJson, skipValue } from "../../../assembler/json/scan";
import { decodeSpan, isFault, SpanReader } from "../../../assembler/span/decode-span";
import type { Span, SpanFault } from "../../../assembler/span/span";
import { goodDocument, hostileDocuments } from "./support/hostile-documents";

const shards = '"_shards":{"total":1,"successful":1,"skipped":0,"failed":0}';

test("hits are found with id, place, version and their source byte for byte", () => {
  const source = '{"time":1700000000123456789123, "hits":{"hits":[1]}, "text":"}]\\""}';
  const body = Buffer.from(
    `{"took":3,"timed_out":false,${shards},"hits":{"max_score":null,"hits":[` +
      `{"_index":"spans_a1","_id":"x","_version":2,"_score":null,"_source":${source},"sort":[41]},` +
      '{"_index":"spans_a1","_id":"y\\u0041","_version":1,"_source":{},"sort":[42]}]}}',
  );
  const { hits, failedShards, timedOut } = readSearchHits(body);
  assert.deepEqual([failedShards, timedOut], [0, false]);
  assert.deepEqual(
    hits.map(({ source: raw, decoded: _, ...hit }) => ({ ...hit, source: raw.toString() })),
    [
      { index: "spans_a1", id: "x", seqNo: 41, primaryTerm: -1, version: 2, source },
      { index: "spans_a1", id: "yA", seqNo: 42, primaryTerm: -1, version: 1, source: "{}" },
    ],
  );
});

test("an empty result, failed shards and a search that ran out of time are told", () => {
  assert.deepEqual(readSearchHits(Buffer.from(`{"timed_out":false,${shards},"hits":{"hits":[]}}`)).hits, []);
  const failed = readSearchHits(Buffer.from('{"timed_out":true,"_shards":{"failed":2},"hits":{"hits":[]}}'));
  assert.deepEqual([failed.failedShards, failed.timedOut], [2, true]);
});

test("a multi-get leaves out what is not there and tells an error in a document's place", () => {
  const found = readMultiGet(
    Buffer.from(
      '{"docs":[{"_index":"traces","_id":"a","_version":1,"_seq_no":7,"_primary_term":2,"found":true,"_source":{"n":1}},' +
        '{"_index":"traces","_id":"b","found":false}]}',
    ),
  );
  assert.deepEqual(
    found.map(({ id, seqNo, primaryTerm }) => ({ id, seqNo, primaryTerm })),
    [{ id: "a", seqNo: 7, primaryTerm: 2 }],
  );
  const error = '{"docs":[{"_index":"traces","_id":"a","error":{"type":"no_shard_available"}}]}';
  assert.throws(() => readMultiGet(Buffer.from(error)), /no_shard_available/);
});

test("whatever documents hold, what is found is what was put in", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.string({ minLength: 1 }), source: fc.dictionary(fc.string(), fc.jsonValue()) })),
      (documents) => {
        const hits = documents.map(({ id, source }, place) => ({
          _index: "i",
          _id: id,
          _source: source,
          sort: [place],
        }));
        const body = Buffer.from(JSON.stringify({ timed_out: false, _shards: { failed: 0 }, hits: { hits } }));
        const read = readSearchHits(body).hits.map(({ id, source }) => ({ _id: id, source: source.toString() }));
        assert.deepEqual(
          read,
          documents.map(({ id, source }) => ({ _id: id, source: JSON.stringify(source) })),
        );
      },
    ),
    { seed: 5 },
  );
});

test("half an answer is malformed, not empty", () => {
  const body = Buffer.from(`{"timed_out":false,${shards},"hits":{"hits":[{"_id":"x","_source":{"a":1}},{"_id":"y"`);
  assert.throws(() => readSearchHits(body), MalformedJson);
});

test("a document that is decoded with the answer is what it is by itself, whatever came before it", () => {
  const hostile = hostileDocuments("h").filter(({ text }) => isWholeValue(text));
  assert.ok(hostile.length >= 200, `${hostile.length}`);
  const documents = hostile.flatMap(({ id, text }, place) => [
    { id, text },
    { id: `g${place}`, text: goodDocument(`g${place}`) },
    { id: `f${place}`, text: goodDocument(`f${place}`) },
  ]);
  const hits = documents.map(
    ({ id, text }, place) => `{"_id":${JSON.stringify(id)},"_source":${text},"sort":[${place}]}`,
  );
  const body = Buffer.from(`{"timed_out":false,${shards},"hits":{"hits":[${hits.join(",")}]}}`);
  const read = readSearchHits(body, new SpanReader("a1")).hits;
  assert.equal(read.length, documents.length);
  for (const [place, { id, text }] of documents.entries()) {
    const hit = read[place];
    assert.deepEqual([hit?.id, hit?.seqNo, hit?.source.toString()], [id, place, text]);
    const alone = decodeSpan(RawText.from(text), "a1", id);
    // One that is no object at all is left to whoever wants to know why.
    if (hit?.decoded === undefined) assert.equal(isFault(alone) && alone.field, "_source", text.slice(0, 200));
    else assert.deepEqual(plain(hit.decoded), plain(alone), text.slice(0, 200));
  }
});

function isWholeValue(text: string): boolean {
  try {
    const bytes = Buffer.from(text);
    return skipValue(bytes, 0, bytes.length) === bytes.length && !/^[\s,]|\s$/.test(text);
  } catch {
    return false;
  }
}

/** What does not depend on where the document lies. */
function plain(decoded: Span | SpanFault): object {
  if (isFault(decoded)) return { ...decoded, reason: decoded.reason.replace(/at byte \d+/, "") };
  return { ...decoded, raw: decoded.raw.toString() };
}
