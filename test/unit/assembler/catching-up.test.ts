import assert from "node:assert/strict";
import { test } from "node:test";
import { readingQuota } from "../../../assembler/stages/reading-quota";
import { requestSpans, spansPerTrace } from "../../../bench/faults/workload";
import { MemoryStore } from "./support/memory-store";
import { Runner } from "./support/runner";

test("of a backlog larger than memory each index is read in its share, so that no request is torn apart", async () => {
  const requests = 9000;
  const store = new MemoryStore(1, 5000);
  for (let request = 0; request < requests; request += 1) {
    for (const span of requestSpans(request)) store.index(span);
  }
  const runner = new Runner(store, { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 30_000, maxOpenSpans: 30_000 });
  await runner.settle();
  const sizes = [...store.rows.values()].map(({ spanIds }) => spanIds.length);
  assert.equal(sizes.length, requests);
  assert.ok(sizes.every((size) => size === spansPerTrace));
});

test("a shard's quota is its share of the backlog, though no tiny page; all of it when all fits", () => {
  assert.equal(readingQuota(300, 1000, 20_000), 300);
  assert.equal(readingQuota(60_000, 100_000, 20_000), 12_000);
  assert.equal(readingQuota(40_000, 100_000, 20_000), 8000);
  assert.equal(readingQuota(2000, 1_000_000, 20_000), 500);
  assert.equal(readingQuota(20, 1_000_000, 20_000), 20);
});
