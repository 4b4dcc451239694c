import assert from "node:assert/strict";
import { test } from "node:test";
import { spanMinutes, traceMinutes } from "../../../assembler/trace/span-minutes";
import { baseTime, type SpanSketch, spanOf } from "./support/span-text";

const minuteNs = 60_000_000_000;
/** What brings the test's epoch down to a clock that counts from a boot. */
const boot = -baseTime + 5_000_000_000n;
const first = Number(baseTime / BigInt(minuteNs)) * 60_000;

function spans(...sketches: (Omit<SpanSketch, "end"> & { end?: number })[]) {
  return sketches.map((sketch) => {
    const span = spanOf({ ...sketch, end: sketch.end ?? sketch.start });
    return { span, parentId: span.parentId, link: undefined };
  });
}

test("a span counts in the minute of its start, exact to the nanosecond", () => {
  const toNext = BigInt(minuteNs) - (baseTime % BigInt(minuteNs));
  const members = spans(
    { id: "a", start: 0 },
    { id: "last", start: 0, clock: toNext - 1n },
    { id: "next", start: 0, clock: toNext },
    { id: "back", start: 1 },
  );
  assert.deepEqual(spanMinutes(members), [first, first, first + 60_000, first]);
  assert.deepEqual(traceMinutes(members), [first, first + 60_000]);
});

test("a span of a boot clock counts with its nearest ancestor that has wall-clock time", () => {
  const members = spans(
    { id: "child", parentId: "call", start: 0, clock: boot },
    { id: "call", parentId: "late", start: 0, clock: boot },
    { id: "late", parentId: "root", start: minuteNs },
    { id: "root", start: 0 },
  );
  assert.deepEqual(spanMinutes(members), [first + 60_000, first + 60_000, first + 60_000, first]);
});

test("without such an ancestor it counts with the earliest span that has wall-clock time", () => {
  const members = spans(
    { id: "orphan", parentId: "lost", start: 0, clock: boot },
    { id: "c1", parentId: "c2", start: 0, clock: boot },
    { id: "c2", parentId: "c1", start: 0, clock: boot },
    { id: "later", start: minuteNs },
    { id: "sooner", start: 0 },
  );
  assert.deepEqual(spanMinutes(members).slice(0, 3), [first, first, first]);
});

test("a trace that no wall clock saw has no minute", () => {
  const members = spans({ id: "a", start: 0, clock: boot }, { id: "b", parentId: "a", start: 1, clock: boot });
  assert.deepEqual(spanMinutes(members), [undefined, undefined]);
  assert.deepEqual(traceMinutes(members), []);
});

test("a chain of fifty thousand calls by boot clocks is gone up once", () => {
  const chain = Array.from({ length: 50_000 }, (_, place) => ({
    id: `s${place}`,
    parentId: place === 49_999 ? "root" : `s${place + 1}`,
    start: 0,
    clock: boot,
  }));
  const members = spans(...chain, { id: "root", start: 0 });
  assert.deepEqual(new Set(spanMinutes(members)), new Set([first]));
});
