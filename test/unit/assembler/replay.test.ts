import assert from "node:assert/strict";
import { test } from "node:test";
import { openAssembly } from "../../../assembler/open-assembly";
import { requestSpans } from "../../../bench/faults/workload";
import { MemoryStore } from "./support/memory-store";
import { Runner } from "./support/runner";

const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e9, maxOpenSpans: 1e9 };

/** A store whose traces are written and still in the memory of an assembler that is gone. */
async function storeLeftBehind(): Promise<MemoryStore> {
  const store = new MemoryStore(1, 5000);
  store.indexAll(requestSpans(2));
  await new Runner(store, limits).settle();
  assert.equal(store.rows.size, 1);
  return store;
}

test("a start waits for a shard of which it has to read spans again, unless it waited long enough", async () => {
  const store = await storeLeftBehind();
  store.away.add("spans_cart");
  const notices: unknown[] = [];
  const open = (leavesOutAway?: () => boolean) =>
    openAssembly({
      limits,
      store,
      now: () => 0,
      notice: (message, details) => notices.push([message, details]),
      ...(leavesOutAway && { leavesOutAway }),
    });
  await assert.rejects(open(), { kind: "busy", message: "shards of spans_cart are away" });
  await assert.rejects(
    open(() => false),
    { kind: "busy" },
  );
  assert.deepEqual(notices, []);
  await open(() => true);
  const message = "shards are away of which spans were to be read again: their traces may stay in parts";
  assert.deepEqual(notices, [[message, { indices: ["spans_cart"] }]]);
});

test("a start does not wait for a shard of which it has nothing to read again", async () => {
  const store = await storeLeftBehind();
  store.away.add("spans_elsewhere");
  const { window } = await openAssembly({ limits, store, now: () => 0 });
  assert.equal(window.size, requestSpans(2).length);
});
