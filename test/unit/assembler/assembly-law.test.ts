import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { MemoryStore } from "./support/memory-store";
import { anyPlan, anyPlanOfDays, play } from "./support/plan";
import { Random } from "./support/random";
import { calmTraffic, namedTraffic, randomTraffic } from "./support/random-traffic";
import { assertEqualToBatch, Runner } from "./support/runner";

/** More finds more: LAW_RUNS and LAW_SEED are for looking longer and elsewhere. `npm test` does both, 10,000 cases. */
const runs = Number(process.env.LAW_RUNS ?? 240);
const seed = Number(process.env.LAW_SEED ?? 20240607);
const options = { numRuns: runs, seed, includeErrorInReport: true };
const endless = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };

/** Said by every run, so that one that fails can be had again. */
function sayHowToRepeat(t: TestContext, cases: number): void {
  t.diagnostic(`${cases} cases; the same again: LAW_SEED=${seed} LAW_RUNS=${runs}`);
}

test("any order, cuts, duplicates and crashes end at the traces of one batch over all spans", async (t) => {
  sayHowToRepeat(t, runs);
  await fc.assert(
    fc.asyncProperty(anyPlan, async ({ seed, shards, pageSize, steps }) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, pageSize);
      const runner = new Runner(store, endless);
      await play(store.indexAll, random.shuffle(randomTraffic(random)), steps, runner);
      await runner.settle();
      assertEqualToBatch(store);
    }),
    options,
  );
});

test("spans that carry ids find their trace at any age, also in a window too small for them", async (t) => {
  sayHowToRepeat(t, runs);
  const limits = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };
  await fc.assert(
    fc.asyncProperty(anyPlan, async ({ seed, shards, pageSize, steps }) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, pageSize);
      const runner = new Runner(store, limits);
      await play(store.indexAll, random.shuffle(namedTraffic(random)), steps, runner);
      await runner.settle();
      assertEqualToBatch(store);
    }),
    options,
  );
});

test("spans that come while the last turn's traces are being written are in the end where one batch has them", async (t) => {
  sayHowToRepeat(t, runs);
  const small = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };
  await fc.assert(
    fc.asyncProperty(
      anyPlan,
      fc.boolean(),
      fc.integer({ min: 1, max: 20 }),
      async ({ seed, shards, pageSize, steps }, isNamed, turnSpans) => {
        const random = new Random(seed);
        const store = new MemoryStore(shards, pageSize);
        const runner = new Runner(store, { ...(isNamed ? small : endless), turnSpans });
        const traffic = isNamed ? namedTraffic(random) : randomTraffic(random);
        await play(store.indexAll, random.shuffle(traffic), steps, runner);
        await runner.settle();
        assertEqualToBatch(store);
      },
    ),
    options,
  );
});

test("traces leave the window one after another and a crash at any point changes none of them", async (t) => {
  const cases = Math.ceil(runs / 2);
  sayHowToRepeat(t, cases);
  const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 30_000, maxOpenSpans: 1e9 };
  await fc.assert(
    fc.asyncProperty(anyPlan, async ({ seed, shards, pageSize, steps }) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, pageSize);
      const runner = new Runner(store, limits);
      for (let round = 0; round < 4; round += 1) {
        await play(store.indexAll, random.shuffle(calmTraffic(random, round)), steps, runner);
        await runner.settle();
        runner.now += random.pick([0, 15_000, 20_000, 60_000]);
        await runner.turn();
      }
      assertEqualToBatch(store);
      runner.now += 2 * limits.recentMs;
      await runner.turn();
      assert.equal(runner.spansHeld, 0);
    }),
    { ...options, numRuns: cases },
  );
});

test("over nights, when new traces go to another index, each trace stays where it was and none is there twice", async (t) => {
  sayHowToRepeat(t, runs);
  const small = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };
  await fc.assert(
    fc.asyncProperty(anyPlanOfDays, fc.boolean(), async ({ seed, shards, pageSize, steps }, isNamed) => {
      const random = new Random(seed);
      const store = new MemoryStore(shards, pageSize);
      const runner = new Runner(store, isNamed ? small : endless);
      const traffic = isNamed ? namedTraffic(random) : randomTraffic(random);
      const midnight = () => {
        store.day += 1;
      };
      await play(store.indexAll, random.shuffle(traffic), steps, runner, midnight);
      midnight();
      await runner.settle();
      assertEqualToBatch(store);
    }),
    options,
  );
});
