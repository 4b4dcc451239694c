import assert from "node:assert/strict";
import { test } from "node:test";
import { renderSpanCount } from "../../../assembler/verify/render-span-count";
import { SpanCounter } from "../../../assembler/verify/span-count";

function counted() {
  const counter = new SpanCounter();
  counter.addTrace("t1", ["a", "b"]);
  counter.addTrace("t2", ["b", "gone"]);
  counter.addRejection("spans_a1/bad");
  counter.addRejection("spans_a1/refused");
  const document = (spanId: string, id: string, isAhead = false) =>
    counter.addDocument({ spanId, place: `spans_a1/${id}`, isAhead });
  document("a", "a");
  document("a", "a-again");
  document("b", "b");
  document("", "bad");
  document("refused", "refused");
  document("lost", "lost");
  document("", "lost too");
  document("new", "new", true);
  return counter.result();
}

test("every span document is in a trace, rejected, pending or lost", () => {
  assert.deepEqual(counted(), {
    documents: 8,
    spans: 7,
    traces: 2,
    spans_in_traces: 2,
    rejected: 2,
    pending: 1,
    lost: 2,
    lost_first: ["lost (spans_a1/lost)", "spans_a1/lost too"],
    duplicated: 1,
    duplicated_first: ["b in t1 and t2"],
    without_source: 1,
  });
});

test("the report names what must not be", () => {
  const report = renderSpanCount(counted());
  assert.match(report, /^2 lost\n {2}lost \(spans_a1\/lost\)$/m);
  assert.match(report, /^1 in more than one trace\n {2}b in t1 and t2$/m);
});
