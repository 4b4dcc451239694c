import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RawText } from "../../../assembler/json/raw-text";
import { contentOf } from "../../../assembler/trace/history-text";
import { MemoryStore } from "./support/memory-store";
import { Random } from "./support/random";
import { type Arrival, calmTraffic, namedTraffic, randomTraffic } from "./support/random-traffic";
import { assertEqualToBatch, Runner } from "./support/runner";
import { type SpanSketch, spanText } from "./support/span-text";
import { anyStep } from "./support/steps";

const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };

function setUp(own: Partial<typeof limits> = {}) {
  const store = new MemoryStore(2, 10);
  const runner = new Runner(store, { ...limits, ...own });
  const index = (...sketches: SpanSketch[]) => {
    for (const sketch of sketches) store.index({ index: "spans_a1", id: sketch.id, text: spanText(sketch) });
  };
  const document = (id: string) => JSON.parse(store.row(id)?.text ?? assert.fail(`no trace ${id}`));
  return { store, runner, index, document };
}

const root: SpanSketch = { id: "root", traceId: "t", start: 0, end: 100 };
const child: SpanSketch = { id: "child", traceId: "t", parentId: "root", start: 10, end: 20 };
const late: SpanSketch = { id: "late", traceId: "t", parentId: "root", start: 30, end: 40 };

test("a trace that came to rest is settled, at revision 1, and says how long it was open", async () => {
  const { runner, index, document } = setUp();
  index(root, child);
  runner.now = 5000;
  await runner.settle();
  const { revision, settled, closed_by, closed_at, age_ms, changes } = document("t");
  assert.deepEqual(
    { revision, settled, closed_by, closed_at, age_ms, changes },
    { revision: 1, settled: true, closed_by: "quiet", closed_at: 5400, age_ms: 200, changes: [] },
  );
});

test("a trace that never rests is written when it waited long enough, and is settled once it rests after all", async () => {
  const { runner, index, document } = setUp();
  for (let place = 0; place <= 25; place += 1) {
    index({ ...child, id: `s${place}` });
    await runner.turn();
    runner.now += 50;
  }
  const { settled, closed_by, age_ms } = document("t");
  assert.deepEqual([settled, closed_by, age_ms], [false, "max_wait_ms", 1000]);
  await runner.settle();
  assert.deepEqual([document("t").settled, document("t").closed_by], [true, "quiet"]);
});

test("a trace written with another one, for a span went over to it, is settled at its own time and the same revision", async () => {
  const { runner, index, document } = setUp();
  index(root, child);
  await runner.settle();
  index(late);
  await runner.turn();
  runner.now += 80;
  index({ ...child, traceId: "u", parentId: "" });
  await runner.turn();
  runner.now += 20;
  await runner.turn();
  const { revision, settled, closed_by } = document("u");
  assert.deepEqual([document("t").settled, settled, closed_by], [true, false, "with_another"]);
  runner.now += 80;
  await runner.turn();
  assert.deepEqual([document("u").revision, document("u").settled], [revision, true]);
});

test("a late span amends the same document, which says what came and when", async () => {
  const { runner, index, document } = setUp();
  index(root, child);
  await runner.settle();
  index(late);
  await runner.settle();
  const { revision, settled, changes, span_ids } = document("t");
  assert.deepEqual(span_ids, ["root", "child", "late"]);
  assert.deepEqual([revision, settled], [2, true]);
  const [change] = changes;
  assert.deepEqual(changes, [
    {
      revision: 2,
      at: change.at,
      why: "late_spans",
      added: 1,
      replaced: 0,
      removed: 0,
      span_ids: ["late"],
      from_traces: [],
    },
  ]);
  assert.ok(change.at > 0 && change.at <= runner.now);
});

test("a span that is indexed again with other contents is told from one that came late", async () => {
  const { runner, index, document } = setUp();
  index(root, child);
  await runner.settle();
  index({ ...child, end: 25 });
  await runner.settle();
  const { revision, changes } = document("t");
  assert.equal(revision, 2);
  assert.deepEqual([changes[0].why, changes[0].replaced, changes[0].span_ids], ["spans_replaced", 1, ["child"]]);
});

test("a span that is indexed again as it was changes nothing", async () => {
  const { store, runner, index } = setUp();
  index(root, child);
  await runner.settle();
  const before = store.row("t");
  index(child);
  await runner.settle();
  assert.equal(store.row("t"), before);
});

test("the history goes on after the trace has left memory", async () => {
  const { runner, index, document } = setUp({ recentMs: 200 });
  index(root, child);
  await runner.settle();
  for (const [place, id] of ["late", "later"].entries()) {
    runner.now += 10_000;
    await runner.turn();
    assert.equal(runner.spansHeld, 0);
    index({ ...late, id });
    await runner.settle();
    assert.equal(document("t").revision, place + 2);
  }
  assert.deepEqual(
    document("t").changes.map(({ why, span_ids }: { why: string; span_ids: string[] }) => [why, span_ids]),
    [
      ["late_spans", ["late"]],
      ["late_spans", ["later"]],
    ],
  );
});

test("of two fragments that turn out to be one the document that stays names the other", async () => {
  const { store, runner, index, document } = setUp();
  index({ ...root, traceId: "" }, { ...late, id: "leaf", traceId: "", parentId: "middle" });
  await runner.settle();
  const [first, second] = [...store.rows.values()].map(({ id }) => id).sort();
  assert.ok(first !== undefined && second !== undefined);
  index({ ...child, id: "middle", traceId: "" });
  await runner.settle();
  const [stays, other] = store.row(first) !== undefined ? [first, second] : [second, first];
  assert.deepEqual(
    [...store.rows.values()].map(({ id }) => id),
    [stays],
  );
  const { revision, changes, span_num } = document(stays);
  assert.deepEqual([revision, span_num], [2, 3]);
  assert.deepEqual(
    [changes[0].why, changes[0].added, changes[0].span_ids, changes[0].from_traces],
    ["traces_joined", 1, ["middle"], [other]],
  );
});

test("a late root gives the trace another id; its document goes on with the history", async () => {
  const { store, runner, index, document } = setUp();
  index({ ...child, traceId: "" });
  await runner.settle();
  const [before] = [...store.rows.values()].map(({ id }) => id);
  index({ ...root, traceId: "" });
  await runner.settle();
  const [after] = [...store.rows.values()].map(({ id }) => id);
  assert.equal(store.rows.size, 1);
  assert.notEqual(after, before);
  const { revision, changes } = document(after as string);
  assert.deepEqual([revision, changes[0].from_traces, changes[0].span_ids], [2, [before], ["root"]]);
});

test("a stop writes what is open; the next start settles it, at the same revision", async () => {
  const { runner, index, document } = setUp();
  index(root);
  await runner.turn();
  runner.now += 10;
  await runner.restart();
  assert.deepEqual([document("t").revision, document("t").settled, document("t").closed_by], [1, false, "stop"]);
  await runner.settle();
  assert.deepEqual([document("t").revision, document("t").settled, document("t").closed_by], [1, true, "quiet"]);
  assert.deepEqual(document("t").changes, []);
});

test("a crash at any point adds no revision to what was written", async () => {
  for (let crashIn = 0; crashIn < 60; crashIn += 1) {
    const { store, runner, index, document } = setUp();
    index(root, child);
    store.crashIn = crashIn;
    for (let turn = 0; turn < 6; turn += 1) {
      runner.now += 60;
      await runner.turn();
    }
    await runner.settle();
    await runner.restart();
    await runner.settle();
    assert.deepEqual([document("t").revision, document("t").changes], [1, []], `crash in ${crashIn}`);
  }
});

const plan = fc.record({
  seed: fc.integer(),
  kind: fc.constantFrom("random", "named", "calm"),
  recentMs: fc.constantFrom(200, 1e12),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 40 }),
});

const trafficOf: Record<string, (random: Random) => Arrival[]> = {
  random: (random) => randomTraffic(random),
  named: namedTraffic,
  calm: (random) => calmTraffic(random, 0),
};

/** Holds each document to its earlier version, turn by turn. */
class Watch {
  #seen = new Map<string, { readonly seqNo: number; readonly text: string }>();

  look(store: MemoryStore): void {
    const now = new Map<string, { readonly seqNo: number; readonly text: string }>();
    for (const [id, { version, text }] of store.rows) {
      const before = this.#seen.get(id);
      now.set(id, { seqNo: version.seqNo, text });
      const { revision, settled, changes } = JSON.parse(text);
      assert.ok(revision >= 1 && (revision === 1 ? changes.length === 0 : changes.at(-1).revision === revision));
      if (before === undefined || before.seqNo === version.seqNo) continue;
      const earlier = JSON.parse(before.text);
      if (contentOf(RawText.from(text)).equals(contentOf(RawText.from(before.text)))) {
        assert.ok(revision === earlier.revision && settled && !earlier.settled, `${id} was rewritten as it was`);
      } else assert.ok(revision > earlier.revision, `${id} changed within revision ${revision}`);
    }
    this.#seen = now;
  }
}

test("revisions only grow, each with a change, and nothing is written again as it was, whatever crashes", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, kind, recentMs, steps }) => {
      const random = new Random(seed);
      const { store, runner } = setUp({ recentMs: kind === "random" ? 1e12 : recentMs });
      const arrivals = random.shuffle((trafficOf[kind] as (random: Random) => Arrival[])(random));
      const watch = new Watch();
      for (const step of [...steps, { kind: "arrive", count: arrivals.length } as const]) {
        if (step.kind === "arrive") for (const arrival of arrivals.splice(0, step.count)) store.index(arrival);
        else if (step.kind === "wait") runner.now += step.ms;
        else if (step.kind === "crash") store.crashIn = step.after;
        else await runner.turn();
        watch.look(store);
      }
      store.crashIn = undefined;
      for (let turn = 0; turn < 12; turn += 1) {
        runner.now += 200;
        await runner.turn();
        watch.look(store);
      }
      if (kind !== "calm" || recentMs > 200) assertEqualToBatch(store);
    }),
    { numRuns: Number(process.env.LAW_RUNS ?? 200), seed: Number(process.env.LAW_SEED ?? 31) },
  );
});
