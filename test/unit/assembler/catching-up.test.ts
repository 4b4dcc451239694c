import assert from "node:assert/strict";
import { test } from "node:test";
import { readingQuota } from "../../../assembler/stages/reading-quota";
import type { ShardHead, TraceWrite } from "../../../assembler/store";
import { requestSpans, spansPerTrace } from "../../../bench/faults/workload";
import { MemoryStore } from "./support/memory-store";
import { Random } from "./support/random";
import { Runner } from "./support/runner";

test("of a backlog larger than memory each index is read in its share, so that no request is torn apart", async () => {
  const requests = 5500;
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

/** Each span comes up to so much after its request. */
const latestMs = 5000;

/** Indexes requests, two milliseconds apart, in the order in which their spans come. */
function indexLate(store: MemoryStore, requests: number): void {
  const random = new Random(5);
  const spans = Array.from({ length: requests }, (_, request) => requestSpans(request))
    .flatMap((all, request) => all.map((span) => ({ span, comes: request * 2 + random.next() * latestMs })))
    .sort((left, right) => left.comes - right.comes);
  for (const { span } of spans) store.index(span);
}

test("however long a turn takes, and wherever it ends, no request is torn apart by its spans being read late", async () => {
  const requests = 3600;
  const store = new MemoryStore(1, 5000);
  indexLate(store, requests);
  const runner = new Runner(store, { quietPeriodMs: 2000, maxWaitMs: 30_000, recentMs: 8000, maxOpenSpans: 32_000 });
  const random = new Random(3);
  for (let turn = 0; turn < 7; turn += 1) {
    runner.now += 10_000;
    if (turn > 1 && turn % 3 === 0) store.crashIn = Math.floor(random.next() * 30);
    await runner.turn();
  }
  await runner.settle();
  const sizes = [...store.rows.values()].map(({ spanIds }) => spanIds.length);
  assert.equal(sizes.length, requests);
  assert.ok(sizes.every((size) => size === spansPerTrace));
});

/** Counts how often it is asked what there is; its next page can be made to fail. */
class WatchedStore extends MemoryStore {
  looks = 0;
  fails = false;
  /** How many batches of traces are taken before one fails. */
  batchesTaken = Number.POSITIVE_INFINITY;

  override heads() {
    this.looks += 1;
    return super.heads();
  }

  override read(head: ShardHead, after: number) {
    if (!this.fails) return super.read(head, after);
    this.fails = false;
    return Promise.reject(new Error("the index is gone"));
  }

  override write(traces: readonly TraceWrite[]) {
    this.batchesTaken -= 1;
    return this.batchesTaken < 0 ? Promise.reject(new Error("no answer")) : super.write(traces);
  }
}

test("while much is left of what was seen to be there, nobody looks for more, for a second at most or until a reading fails", async () => {
  const store = new WatchedStore(1, 5000);
  for (let request = 0; request < 12_000; request += 1) for (const span of requestSpans(request)) store.index(span);
  const runner = new Runner(store, { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e9, maxOpenSpans: 1e9 });
  const looksOfTurn = async (): Promise<number> => {
    const before = store.looks;
    await runner.turn();
    return store.looks - before;
  };
  assert.equal(await looksOfTurn(), 1);
  assert.equal(await looksOfTurn(), 0);
  runner.now += 1000;
  assert.equal(await looksOfTurn(), 1);
  store.fails = true;
  assert.equal(await looksOfTurn(), 0);
  await assert.rejects(runner.turn(), /the index is gone/);
  assert.equal(await looksOfTurn(), 1);
});

test("when one batch of a turn's traces fails, those before it are written, none after it is sent, and the rest goes with the next turn", async () => {
  const requests = 2000;
  const store = new WatchedStore(1, 50_000);
  for (let request = 0; request < requests; request += 1) for (const span of requestSpans(request)) store.index(span);
  const runner = new Runner(store, { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e9, maxOpenSpans: 1e9 });
  await runner.turn();
  runner.now += 200;
  store.batchesTaken = 2;
  await assert.rejects(runner.turn(), /no answer/);
  assert.ok(store.batchesTaken >= -8, "at most seven more were under way");
  const written = store.rows.size;
  assert.ok(written > 0 && written < requests);
  store.batchesTaken = Number.POSITIVE_INFINITY;
  await runner.turn();
  assert.equal(store.rows.size, requests);
  const versions = [...store.rows.values()].map(({ version }) => version.seqNo);
  assert.equal(Math.max(...versions), requests, "each was written once");
});

test("a shard's quota is its share of the backlog, though no tiny page; all of it when all fits", () => {
  assert.equal(readingQuota(300, 1000, 20_000), 300);
  assert.equal(readingQuota(60_000, 100_000, 20_000), 12_000);
  assert.equal(readingQuota(40_000, 100_000, 20_000), 8000);
  assert.equal(readingQuota(2000, 1_000_000, 20_000), 500);
  assert.equal(readingQuota(20, 1_000_000, 20_000), 20);
});
