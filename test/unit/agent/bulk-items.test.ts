import assert from "node:assert/strict";
import { test } from "node:test";
import { backOffMs } from "../../../examples/agent/src/back-off";
import { bulkBody, readBulkAnswer } from "../../../examples/agent/src/bulk-items";

const spans = ["a", "b", "c", "d"].map((id) => ({ id, json: `{"n":"${id}"}` }));

test("every span is indexed under its own id, so that sending it again changes nothing", () => {
  assert.equal(bulkBody(spans.slice(0, 2)), '{"index":{"_id":"a"}}\n{"n":"a"}\n{"index":{"_id":"b"}}\n{"n":"b"}\n');
});

test("each item of the answer is looked at", () => {
  const items = [
    { index: { status: 201 } },
    { index: { status: 429, error: { type: "es_rejected_execution_exception" } } },
    { index: { status: 400, error: { type: "document_parsing_exception", reason: "no" } } },
    { index: { status: 503 } },
  ];
  assert.deepEqual(readBulkAnswer(spans, JSON.stringify({ items })), {
    written: 1,
    retry: [spans[1], spans[3]],
    rejected: [{ id: "c", reason: "400 document_parsing_exception: no" }],
  });
});

test("an answer that does not speak of every span is a fault", () => {
  assert.throws(() => readBulkAnswer(spans, '{"items":[]}'), /0 items for 4 spans/);
  assert.throws(() => readBulkAnswer(spans, "{}"), /no items for 4 spans/);
});

test("waiting doubles up to eight seconds and varies within its upper half", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 50].map((failures) => [backOffMs(failures, 0), backOffMs(failures, 0.999999)]),
    [
      [100, 200],
      [200, 400],
      [400, 800],
      [4000, 8000],
      [4000, 8000],
    ],
  );
});
