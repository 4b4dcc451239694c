import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readMultiGet, readSearchHits } from "../../../assembler/elastic/search-hits";
import { MalformedJson } from "../../../assembler/json/scan";

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
    hits.map(({ source: raw, ...hit }) => ({ ...hit, source: raw.toString() })),
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
