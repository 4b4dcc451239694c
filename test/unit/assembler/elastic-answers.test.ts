import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOfAnswer } from "../../../assembler/elastic/elastic-error";
import { agentOfIndex } from "../../../assembler/elastic/index-names";
import { isCertainlyGone, ownIdentity } from "../../../assembler/service/process-identity";
import { retryDelayMs } from "../../../assembler/service/retry-delays";

test("an index tells its agent by what the pattern leaves", () => {
  assert.equal(agentOfIndex("spans_a1", "spans_*"), "a1");
  assert.equal(agentOfIndex("east_spans_a1", "spans_*,east_spans_*"), "a1");
  assert.equal(agentOfIndex("other", "spans_*"), "other");
  assert.equal(agentOfIndex("spans", "spans"), "spans");
});

test("an answer's status says what kind of fault it is, its body why", () => {
  const body = Buffer.from('{"error":{"type":"circuit_breaking_exception","reason":"too much"},"status":429}');
  const busy = errorOfAnswer("GET /x", 429, body);
  assert.equal(busy.kind, "busy");
  assert.equal(busy.message, "Elasticsearch answered 429 to GET /x: circuit_breaking_exception: too much");
  const page = errorOfAnswer("POST /x", 413, Buffer.from("<html><h1>413</h1>\n<p>Too Large</p></html>"));
  assert.equal(page.kind, "too_large");
  assert.equal(page.message, "Elasticsearch answered 413 to POST /x: 413 Too Large");
  assert.deepEqual(
    [401, 403, 404, 400, 503, 502].map((status) => errorOfAnswer("x", status, Buffer.alloc(0)).kind),
    ["denied", "denied", "missing", "failed", "busy", "busy"],
  );
});

test("pauses between retries grow, are spread, and have an end", () => {
  assert.equal(retryDelayMs("unreachable", 1, 0), 200);
  assert.equal(retryDelayMs("unreachable", 1, 1), 400);
  assert.equal(retryDelayMs("unreachable", 3, 1), 1600);
  assert.equal(retryDelayMs("unreachable", 1000, 1), 5000);
  assert.equal(retryDelayMs("denied", 1000, 0.5), 16_000);
});

test("a lease's holder is gone for certain only if it ran here and its process is no more", () => {
  const own = ownIdentity();
  assert.equal(isCertainlyGone({ ...own, pid: 2 ** 22 + 1 }, own), true);
  assert.equal(isCertainlyGone({ ...own, pid: process.ppid }, own), false);
  assert.equal(isCertainlyGone({ ...own, host: "elsewhere", pid: 2 ** 22 + 1 }, own), false);
  assert.equal(isCertainlyGone({ ...own, boot: "another", pid: 2 ** 22 + 1 }, own), false);
  assert.equal(isCertainlyGone({ ...own, pidNamespace: "pid:[1]", pid: 2 ** 22 + 1 }, own), false);
});
