import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryStore } from "./support/memory-store";
import { anyPlan, anyPlanWithoutCrash, type Plan, play } from "./support/plan";
import { Random } from "./support/random";
import { type Arrival, randomTraffic } from "./support/random-traffic";
import { assertEqualToBatch, Runner } from "./support/runner";
import { spanText } from "./support/span-text";

const options = {
  numRuns: Math.ceil(Number(process.env.LAW_RUNS ?? 240) / 2),
  seed: Number(process.env.LAW_SEED ?? 20240607),
  includeErrorInReport: true,
};
const endless = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };
const small = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };

/** Spans of which most carry one of two ids, and which name one another as parents across them. */
function hotTraffic(random: Random, joinsByParent: boolean): Arrival[] {
  const arrivals: Arrival[] = [];
  const count = random.int(3, 40);
  for (let place = 0; place < count; place += 1) {
    const id = `s${random.int(10, 99)}`;
    const traceId = random.pick(["hot", "hot", "warm", `t${random.int(0, 3)}`]);
    const parentId = joinsByParent && random.chance(0.3) ? `s${random.int(10, 99)}` : "";
    const start = random.int(0, 1000);
    arrivals.push({ index: "spans_a1", id, text: spanText({ id, traceId, parentId, start, end: start + 10 }) });
  }
  // What an agent sends again is the same.
  const byId = new Map(arrivals.map((arrival) => [arrival.id, arrival]));
  return arrivals.map(({ id }) => byId.get(id) as Arrival);
}

/** A crash right after a trace that came back was written without one of its spans. */
const crashAfterCut: [Plan, number] = [
  {
    seed: -664671266,
    shards: 3,
    pageSize: 3,
    steps: [
      { kind: "arrive", count: 8 },
      { kind: "turn" },
      { kind: "arrive", count: 5 },
      { kind: "crash", after: 17 },
      { kind: "turn" },
    ],
  },
  6,
];

for (const [what, limits, joinsByParent] of [
  ["in any order and with crashes, ids that are shared by too many end at the batch's traces", endless, true],
  ["so they do in a window too small for them", small, false],
] as const) {
  test(what, async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, fc.integer({ min: 1, max: 6 }), async ({ seed, shards, pageSize, steps }, most) => {
        const random = new Random(seed);
        const store = new MemoryStore(shards, pageSize);
        const runner = new Runner(store, { ...limits, maxTraceSpans: most });
        await play(store.indexAll, random.shuffle(hotTraffic(random, joinsByParent)), steps, runner);
        await runner.settle();
        assertEqualToBatch(store, most);
      }),
      { ...options, examples: [crashAfterCut] },
    );
  });
}

test("so they do among spans that are joined by what connects them", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyPlanWithoutCrash,
      fc.integer({ min: 1, max: 4 }),
      async ({ seed, shards, pageSize, steps }, most) => {
        const random = new Random(seed);
        const store = new MemoryStore(shards, pageSize);
        const runner = new Runner(store, { ...endless, maxTraceSpans: most });
        await play(store.indexAll, random.shuffle(randomTraffic(random)), steps, runner);
        await runner.settle();
        assertEqualToBatch(store, most);
      },
    ),
    options,
  );
});

test("a trace that is cut says so and is not complete; of 20,000 spans no more are held than it takes and a turn reads", async () => {
  const count = 20_000;
  const most = 500;
  const page = 1000;
  const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1000, maxOpenSpans: 2000, maxTraceSpans: most };
  const store = new MemoryStore(1, page);
  const runner = new Runner(store, limits);
  const random = new Random(1);
  for (let from = 0; from < count; from += page) {
    for (let place = from; place < from + page; place += 1) {
      const id = `${random.int(1e8, 9e8)}-${place}`;
      store.index({ index: "spans_a1", id, text: spanText({ id, traceId: "hot", start: 1, end: 2 }) });
    }
    runner.now += 200;
    await runner.turn();
    assert.ok(runner.spansHeld <= most + page);
  }
  await runner.settle();
  const trace = JSON.parse(store.row("hot")?.text ?? "");
  assert.equal(trace.span_num, most);
  assert.equal(trace.complete, false);
  assert.equal(trace.warnings[0], "too many spans carry the trace id hot: those left out are in spans_rejected");
  assert.equal(store.rows.size, 1);
  assert.equal(store.rejected.size, count - most);
});
