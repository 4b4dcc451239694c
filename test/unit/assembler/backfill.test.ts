import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FromTheStart } from "../../../assembler/backfill/from-the-start";
import { Slices, type TimeRange } from "../../../assembler/backfill/time-range";
import { startMayBeIn, TimeRangeSource, TooManySpans } from "../../../assembler/backfill/time-range-source";
import { openAssembly } from "../../../assembler/open-assembly";
import { runTurn } from "../../../assembler/stages";
import { shardKey } from "../../../assembler/store";
import { Crash } from "./support/crash";
import { MemoryStore } from "./support/memory-store";
import { Random } from "./support/random";
import { calmTraffic, randomTraffic } from "./support/random-traffic";
import { assertEqualToBatch, Runner } from "./support/runner";

const everything = { from: 0n, to: 2n ** 63n - 1n };
const endless = { quietPeriodMs: 0, maxWaitMs: 1e12, recentMs: 1e12, maxOpenSpans: 1e9 };
const live = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };

/** One slice, as the service does it; returns how many documents were written. */
async function backfill(store: MemoryStore, range: TimeRange, mostSpans = 1e9): Promise<number> {
  const cursors = await store.cursors.load();
  const readBefore = new Map(cursors.map((cursor) => [shardKey(cursor), cursor.read]));
  const source = new TimeRangeSource(store, readBefore, range, mostSpans);
  const parts = { source, traces: store.traces, cursors: new FromTheStart(cursors) };
  const assembly = await openAssembly({ limits: endless, store: parts, now: () => 0 });
  for (let turns = 0; turns < 100; turns += 1) {
    const { more } = await runTurn(assembly, { isStopping: true });
    if (!more && assembly.window.groups.open.size === 0) return assembly.tally.tracesWritten;
  }
  throw new Error("came to no end");
}

async function assembled(seed: number, shards: number): Promise<{ store: MemoryStore; random: Random }> {
  const random = new Random(seed);
  const store = new MemoryStore(shards, 7);
  for (const arrival of random.shuffle(randomTraffic(random))) store.index(arrival);
  await new Runner(store, live).settle();
  return { store, random };
}

const seeds = { seed: fc.integer(), shards: fc.integer({ min: 1, max: 3 }) };
const options = { numRuns: 80, seed: 20240607 };

test("a backfill brings back traces that were lost, whatever it is cut off by, and leaves the others as they are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ ...seeds, crashes: fc.array(fc.nat(40), { maxLength: 4 }) }), async (plan) => {
      const { store, random } = await assembled(plan.seed, plan.shards);
      for (const id of [...store.rows.keys()]) if (random.next() < 0.5) store.rows.delete(id);
      for (const crash of plan.crashes) {
        store.crashIn = crash;
        await backfill(store, everything).catch((error) => assert.ok(error instanceof Crash));
      }
      store.crashIn = undefined;
      await backfill(store, everything);
      assertEqualToBatch(store);
      assert.equal(await backfill(store, everything), 0, "once more it writes nothing");
      await new Runner(store, live).settle();
      assertEqualToBatch(store);
    }),
    options,
  );
});

test("a backfill of any part of the time, between turns and before spans that are still to come, changes nothing", async () => {
  const plan = fc.record({ ...seeds, from: fc.integer({ min: 0, max: 100 }), width: fc.integer({ min: 1, max: 100 }) });
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, shards, from, width }) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, 7);
      const arrivals = random.shuffle(calmTraffic(random, 0));
      const starts = arrivals
        .map(({ text }) => BigInt(/"start_time":(\d+)/.exec(text)?.[1] ?? 0))
        .sort((a, b) => (a < b ? -1 : 1));
      const [first, last] = [starts[0] ?? 0n, starts.at(-1) ?? 0n];
      const at = (percent: number) => first + ((last - first) * BigInt(percent)) / 100n;
      for (const arrival of arrivals.slice(0, arrivals.length / 2)) store.index(arrival);
      await new Runner(store, live).settle();
      for (const arrival of arrivals.slice(arrivals.length / 2)) store.index(arrival);
      await backfill(store, { from: at(from), to: at(from + width) });
      await new Runner(store, live).settle();
      assertEqualToBatch(store);
    }),
    options,
  );
});

test("a slice with too many spans is given up, and narrower ones come to the same", async () => {
  const { store } = await assembled(7, 2);
  await assert.rejects(backfill(store, everything, 3), TooManySpans);
  assertEqualToBatch(store);
});

test("slices cover a range without a gap, each reaching back by up to a minute", () => {
  const second = 1_000_000_000n;
  const slices = new Slices({ from: 0n, to: 1000n * second }, 0n);
  slices.narrow();
  assert.deepEqual(slices.slice, { from: 0n, to: 500n * second });
  slices.advance();
  assert.deepEqual(slices.slice, { from: 440n * second, to: 1000n * second });
  for (let times = 0; times < 5; times += 1) slices.narrow();
  assert.deepEqual(slices.slice, { from: 468_750_000_000n, to: 531_250_000_000n });
  for (let times = 0; times < 50; times += 1) slices.narrow();
  assert.equal(slices.isNarrowest, true);
  while (!slices.isDone) slices.advance();
  assert.equal(slices.next, 1000n * second);
});

test("Elasticsearch is asked with all digits, and leaves out only what certainly starts elsewhere", () => {
  assert.deepEqual(startMayBeIn({ from: 1_738_314_000_123_456_789n, to: 1_738_314_000_123_456_790n }), {
    bool: {
      must_not: [
        { range: { "metric.start_time": { lt: "1738314000123456789" } } },
        { range: { "metric.start_time": { gte: "1738314000123456790" } } },
      ],
    },
  });
});
