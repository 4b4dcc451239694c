import assert from "node:assert/strict";
import { test } from "node:test";
import { countCorrectTraces } from "../../../examples/demo/ground-truth";

const span = (spanId: string, requestId?: string) => ({
  spanId,
  requestContent: `GET / HTTP/1.1\r\nHost: a\r\n${requestId === undefined ? "" : `X-Request-Id: ${requestId}\r\n`}\r\n`,
});
const trace = (...spanIds: string[]) => ({ spanIds, complete: true });

test("a trace is correct when it holds all spans of one request and no other", () => {
  const spans = [span("a", "r1"), span("b", "r1"), span("c", "r2")];
  assert.deepEqual(countCorrectTraces(spans, [trace("b", "a"), trace("c")]), { requests: 2, complete: 2, correct: 2 });
});

for (const [sentence, traces] of [
  ["a trace that lacks a span of its request is not correct", [trace("a")]],
  ["a trace that mixes two requests is not correct", [trace("a", "c")]],
  ["a trace of one request and a stray span is not correct", [trace("a", "b", "d")]],
  ["a trace that names a span twice is not correct", [trace("a", "a")]],
] as const) {
  test(sentence, () => {
    const spans = [span("a", "r1"), span("b", "r1"), span("c", "r2"), span("d")];
    assert.equal(countCorrectTraces(spans, [...traces]).correct, 0);
  });
}

test("spans without a request id are nobody's request", () => {
  assert.deepEqual(countCorrectTraces([span("a")], [trace("a")]), { requests: 0, complete: 1, correct: 0 });
});
