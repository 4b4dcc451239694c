import assert from "node:assert/strict";
import { test } from "node:test";
import { spanMinutes, traceMinutes } from "../../../assembler/trace/span-minutes";
import { documentIdOf } from "./support/document-id";
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

/** As if Elasticsearch had made the ids of the spans' documents, so long after 2023-11-14T22:13. */
function takenAfter(members: ReturnType<typeof spans>, ...ms: (number | undefined)[]) {
  return members.map((member, place) => {
    const after = ms[place];
    if (after === undefined) return member;
    return { ...member, span: { ...member.span, documentId: documentIdOf(first + after, place) } };
  });
}

test("without wall clocks, a span counts in the minute in which it began at the latest, by its document's id", () => {
  const members = spans(
    { id: "quick", start: 0, end: 5_000_000, clock: boot },
    { id: "long", start: 0, end: minuteNs, clock: boot },
    { id: "just", start: 0, end: 1_000_000, clock: boot },
    { id: "other", parentId: "late", start: 0, clock: boot },
    { id: "orphan", parentId: "lost", start: 0, clock: boot },
    { id: "late", start: 0, clock: boot },
  );
  assert.deepEqual(spanMinutes(takenAfter(members, 59_999, 119_999, 60_000, undefined, undefined, 180_000)), [
    first,
    first,
    first,
    first + 180_000,
    first,
    first + 180_000,
  ]);
});

test("wall clocks count before documents' ids, and an id that is the span's own tells nothing", () => {
  const wall = spans({ id: "a", start: 0, clock: boot }, { id: "b", start: 0 });
  assert.deepEqual(spanMinutes(takenAfter(wall, 600_000, 600_000)), [first, first]);
  const own = documentIdOf(first, 1);
  assert.deepEqual(spanMinutes(spans({ id: own, start: 0, clock: boot })), [undefined]);
});

test("a span that claims to have lasted since before there were wall clocks has no minute", () => {
  const endless = spans({ id: "a", start: 0, end: 900_000_000_000_000_000, clock: 5n - baseTime });
  assert.deepEqual(spanMinutes(takenAfter(endless, 0)), [undefined]);
});

test("a trace of which neither clocks nor documents tell the time of day has no minute", () => {
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
