import assert from "node:assert/strict";
import { test } from "node:test";
import {
  endOfDeletedDays,
  planRetention,
  type RetentionFacts,
  type SpanIndexFacts,
} from "../../../assembler/retention/plan-retention";

const now = Date.parse("2026-11-21T12:00:00Z");
const dayMs = 86_400_000;
const limits = { traces_days: 2, spans_days: 3, roll_over: true };

function stepsOf(facts: Partial<RetentionFacts>, more: Partial<typeof limits> = {}) {
  const none = { now, daily: [], spans: [], missing: [], metricsFrozenBefore: now };
  return planRetention({ ...none, ...facts }, { ...limits, ...more });
}

function plan(facts: Partial<RetentionFacts>, more: Partial<typeof limits> = {}): string[] {
  return stepsOf(facts, more).map(({ action, index }) => `${action} ${index}`);
}

function spanIndex(sketch: Partial<SpanIndexFacts>): SpanIndexFacts {
  const days = (count: number) => now - count * dayMs;
  const plain = { index: "spans_a1", family: "spans_a1", rolledOverAt: undefined };
  return { ...plain, idleSince: days(0), createdAt: days(9), unread: 0, unreadBy: [], isListed: true, ...sketch };
}

test("a day's index goes when the last moment of the day is older than allowed; the newest and what is no day stay", () => {
  const daily = ["traces-2026.11.10", "traces-2026.11.18", "traces-2026.11.19", "traces-2026.11.21"].map((index) => ({
    index,
    unexported: 0,
  }));
  assert.deepEqual(plan({ daily }), [
    "delete traces-2026.11.10",
    "delete traces-2026.11.18",
    "keep traces-2026.11.19",
    "keep traces-2026.11.21",
  ]);
  assert.deepEqual(plan({ daily: daily.slice(0, 1) }), ["keep traces-2026.11.10"]);
  assert.deepEqual(plan({ daily: [{ index: "traces", unexported: 0 }] }), ["keep traces"]);
  assert.ok(plan({ daily }, { traces_days: 0 }).every((step) => step.startsWith("keep")));
});

const generation = { index: "spans_a1-000001", family: "spans_a1" };
const old = { ...generation, rolledOverAt: now - 4 * dayMs };

test("a day goes in the round after the one that announced it, so that its minutes are not counted without it", () => {
  const daily = ["traces-2026.11.17", "traces-2026.11.18", "traces-2026.11.21"].map((index) => ({
    index,
    unexported: 0,
  }));
  const metricsFrozenBefore = Date.parse("2026-11-18T00:00:00Z");
  const steps = stepsOf({ daily, metricsFrozenBefore });
  assert.deepEqual(
    steps.map(({ action }) => action),
    ["delete", "announce", "keep"],
  );
  assert.equal(endOfDeletedDays(steps), Date.parse("2026-11-19T00:00:00Z"));
});

test("a day that is not exported yet stays", () => {
  const daily = [
    { index: "traces-2026.11.10", unexported: 3 },
    { index: "traces-2026.11.21", unexported: 0 },
  ];
  assert.deepEqual(plan({ daily }), ["warn traces-2026.11.10", "keep traces-2026.11.21"]);
});

const cases: [what: string, index: Partial<SpanIndexFacts>, expected: string][] = [
  ["one that was rolled over long ago and is read", { ...generation, rolledOverAt: now - 4 * dayMs }, "delete"],
  ["one that was rolled over long ago and is not read", { ...old, unread: 1, unreadBy: ["default"] }, "warn"],
  ["one that was rolled over lately", { ...generation, rolledOverAt: now - dayMs }, "keep"],
  ["one that its agent writes to by an alias", { ...generation, idleSince: now - 9 * dayMs }, "keep"],
  ["the last one of an agent that has left", { ...generation, idleSince: now - 9 * dayMs, isListed: false }, "delete"],
  ["a plain one of an agent that is long silent", { idleSince: now - 4 * dayMs }, "delete"],
  ["a plain one that grows and grows", {}, "warn"],
  ["a plain one that is young", { createdAt: now - dayMs }, "keep"],
];

for (const [what, sketch, expected] of cases) {
  test(`of indices of spans, ${what}: ${expected}`, () => {
    const [step = ""] = plan({ spans: [spanIndex(sketch)] });
    assert.equal(step, `${expected} ${sketch.index ?? "spans_a1"}`);
  });
}

test("an index of which a part is away is not deleted, and that is said", () => {
  const unread = { unread: Number.POSITIVE_INFINITY, unreadBy: ["east"] };
  const facts = { now, daily: [], spans: [spanIndex({ idleSince: now - 9 * dayMs, ...unread })], missing: [] };
  const [step] = planRetention(
    { ...facts, metricsFrozenBefore: 0 },
    { traces_days: 30, spans_days: 2, roll_over: false },
  );
  assert.equal(step?.reason, "a shard of it is away, and so not read by east: not deleted");
});

test("an agent that is entered before it writes gets an alias, and what has one is rolled over", () => {
  const spans = [spanIndex({ index: "spans_a1-000002" })];
  assert.deepEqual(plan({ spans, missing: ["spans_a2"] }), [
    "keep spans_a1-000002",
    "roll over spans_a1",
    "make spans_a2-000001",
  ]);
  assert.deepEqual(plan({ spans, missing: ["spans_a2"] }, { roll_over: false }), ["keep spans_a1-000002"]);
});
