import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryStore } from "./support/memory-store";
import { Random } from "./support/random";
import { type Arrival, calmTraffic, namedTraffic, randomTraffic } from "./support/random-traffic";
import { assertEqualToBatch, Runner } from "./support/runner";
import { anyStep, type Step } from "./support/steps";

/** More finds more; LAW_RUNS and LAW_SEED are for looking longer and elsewhere. */
const runs = Number(process.env.LAW_RUNS ?? 1000);
const options = { numRuns: runs, seed: Number(process.env.LAW_SEED ?? 20240607), includeErrorInReport: true };
const endless = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };

const plan = fc.record({
  seed: fc.integer(),
  shards: fc.integer({ min: 1, max: 3 }),
  pageSize: fc.integer({ min: 1, max: 30 }),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 40 }),
});

async function play(store: MemoryStore, arrivals: readonly Arrival[], steps: readonly Step[], runner: Runner) {
  let arrived = 0;
  for (const step of steps) {
    if (step.kind === "arrive") {
      for (const arrival of arrivals.slice(arrived, arrived + step.count)) store.index(arrival);
      arrived += step.count;
    } else if (step.kind === "wait") runner.now += step.ms;
    else if (step.kind === "crash") store.crashIn = step.after;
    else await runner.turn();
  }
  for (const arrival of arrivals.slice(arrived)) store.index(arrival);
}

test("any order, cuts, duplicates and crashes end at the traces of one batch over all spans", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, shards, pageSize, steps }) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, pageSize);
      const runner = new Runner(store, endless);
      await play(store, random.shuffle(randomTraffic(random)), steps, runner);
      await runner.settle();
      assertEqualToBatch(store);
    }),
    options,
  );
});

test("spans that carry ids find their trace at any age, also in a window too small for them", async () => {
  const limits = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, shards, pageSize, steps }) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, pageSize);
      const runner = new Runner(store, limits);
      await play(store, random.shuffle(namedTraffic(random)), steps, runner);
      await runner.settle();
      assertEqualToBatch(store);
    }),
    options,
  );
});

test("traces leave the window one after another and a crash at any point changes none of them", async () => {
  const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 30_000, maxOpenSpans: 1e9 };
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, shards, pageSize, steps }) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, pageSize);
      const runner = new Runner(store, limits);
      for (let round = 0; round < 4; round += 1) {
        await play(store, random.shuffle(calmTraffic(random, round)), steps, runner);
        await runner.settle();
        runner.now += random.pick([0, 15_000, 20_000, 60_000]);
        await runner.turn();
      }
      assertEqualToBatch(store);
      runner.now += 2 * limits.recentMs;
      await runner.turn();
      assert.equal(runner.spansHeld, 0);
    }),
    { ...options, numRuns: Math.ceil(runs / 2) },
  );
});
