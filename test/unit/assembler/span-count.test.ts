import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSpan } from "../../../assembler/trace/trace";
import { HashRange } from "../../../assembler/verify/hash-range";
import { renderSpanCount } from "../../../assembler/verify/render-span-count";
import { addCounts, isExact, mostNamed, type SpanCount } from "../../../assembler/verify/span-count";
import { SpanCounter } from "../../../assembler/verify/span-counter";
import { allTimes, isWithin, parseTime } from "../../../assembler/verify/time-range";
import { type SpanSketch, spanOf } from "./support/span-text";

type Sketch = Partial<SpanSketch> & { readonly id: string };
type Source = [span: Sketch | undefined, documentId: string, isAhead?: boolean];

const full = (sketch: Sketch): SpanSketch => ({ start: 1, end: 2, ...sketch });

function member(sketch: Sketch): TraceSpan {
  const span = spanOf(full(sketch));
  return { span, parentId: span.parentId, link: undefined };
}

function counterOf(
  source: readonly Source[],
  traces: Readonly<Record<string, readonly Sketch[]>>,
  rejections: readonly [id: string, spanId: string][] = [],
  counter = new SpanCounter(HashRange.all, 1000, true),
): SpanCounter {
  for (const [sketch, id, isAhead = false] of source) {
    const span = sketch === undefined ? undefined : { ...spanOf(full(sketch)), documentId: id };
    counter.addDocument({ index: "spans_a1", id, isAhead, span });
  }
  for (const [traceId, sketches] of Object.entries(traces)) counter.addTrace(traceId, sketches.map(member));
  for (const [id, spanId] of rejections) counter.addRejection("spans_a1", id, spanId);
  return counter;
}

const everything = (counter?: SpanCounter) =>
  counterOf(
    [
      [{ id: "a" }, "a"],
      [{ id: "a" }, "a2"],
      [{ id: "b" }, "b"],
      [undefined, "bad"],
      [{ id: "refused" }, "refused"],
      [{ id: "lost" }, "lost"],
      [undefined, "lost too"],
      [{ id: "new" }, "new", true],
      [{ id: "p" }, "p"],
      [{ id: "c", parentId: "p" }, "c"],
      [{ id: "g1", traceId: "G" }, "g1"],
      [{ id: "g2", traceId: "G" }, "g2"],
      [{ id: "old", end: 9 }, "old"],
    ],
    {
      t1: [{ id: "a" }, { id: "b" }],
      t2: [{ id: "b" }, { id: "gone" }],
      t3: [{ id: "p" }],
      t4: [{ id: "c", parentId: "p" }],
      t5: [{ id: "g1", traceId: "G" }],
      t6: [{ id: "g2", traceId: "G" }],
      t7: [{ id: "old", end: 8 }],
    },
    [
      ["bad", ""],
      ["refused", "refused"],
    ],
    counter,
  );

const expected: SpanCount = {
  documents: 13,
  spans: 12,
  traces: 7,
  spans_in_traces: 7,
  rejected: 2,
  pending: 1,
  lost: 2,
  lost_first: [
    { span_id: "lost", document: "spans_a1/lost", traces: [] },
    { span_id: "", document: "spans_a1/lost too", traces: [] },
  ],
  duplicated: 1,
  duplicated_first: [{ span_id: "b", document: "spans_a1/b", traces: ["t1", "t2"] }],
  split: 2,
  split_first: [
    { trace_id: "G", traces: ["t5", "t6"] },
    { span_id: "p", document: "spans_a1/p", traces: ["t3", "t4"] },
  ],
  outdated: 1,
  outdated_first: [{ span_id: "old", document: "spans_a1/old", traces: ["t7"] }],
  without_source: 1,
};

test("what is lost, in two traces, split or outdated is counted and named with its source document", () => {
  assert.deepEqual(everything().result(), expected);
  assert.equal(isExact(expected), false);
});

test("in parts that fit in memory the counts are the same", () => {
  let total: SpanCount | undefined;
  let passes = 0;
  for (let part: HashRange | undefined = HashRange.all; part !== undefined; passes += 1) {
    const counter = everything(new SpanCounter(part, 3, true));
    total = total === undefined ? counter.result() : addCounts(total, counter.result());
    part = counter.range.next();
  }
  assert.ok(passes >= 4, `${passes} passes`);
  const sorted = (count: SpanCount) =>
    Object.fromEntries(
      Object.entries(count).map(([key, value]) => [
        key,
        Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value,
      ]),
    );
  assert.deepEqual(sorted(total as SpanCount), sorted(expected));
});

test("spans that the cursors have yet to pass are pending, and neither split nor outdated", () => {
  const count = counterOf(
    [
      [{ id: "p" }, "p", true],
      [{ id: "c", parentId: "p" }, "c"],
      [{ id: "g1", traceId: "G" }, "g1"],
      [{ id: "g2", traceId: "G" }, "g2", true],
      [{ id: "s", end: 9 }, "s", true],
    ],
    {
      t1: [{ id: "p" }],
      t2: [{ id: "c", parentId: "p" }],
      t3: [{ id: "g1", traceId: "G" }],
      t4: [{ id: "g2", traceId: "G" }],
      t5: [{ id: "s", end: 8 }],
    },
  ).result();
  assert.ok(isExact(count), JSON.stringify(count));
});

test("a trace that holds a document with less claim than the one that counts is outdated", () => {
  const source: Source[] = [
    [{ id: "s" }, "b"],
    [{ id: "s" }, "a"],
  ];
  const counter = counterOf(source, {});
  const span = { ...spanOf(full({ id: "s" })), documentId: "b" };
  counter.addTrace("t", [{ span, parentId: "", link: undefined }]);
  assert.deepEqual(counter.result().outdated_first, [{ span_id: "s", document: "spans_a1/a", traces: ["t"] }]);
});

test("the report names what must not be, and says how many more there are", () => {
  const report = renderSpanCount(everything().result());
  assert.match(
    report,
    /^2 lost\n {2}span lost \(spans_a1\/lost\)\n {2}a document that is no span \(spans_a1\/lost too\)$/m,
  );
  assert.match(report, /^1 in more than one trace\n {2}span b \(spans_a1\/b\) in t1 and t2$/m);
  assert.match(report, /^ {2}trace G: in t5 and t6\n {2}span p \(spans_a1\/p\): in t3, a child of it in t4$/m);
  const many = counterOf(
    Array.from({ length: mostNamed + 7 }, (_, place): Source => [{ id: `s${place}` }, `s${place}`]),
    {},
  ).result();
  assert.equal(many.lost_first.length, mostNamed);
  assert.match(renderSpanCount(many), /^ {2}and 7 more$/m);
});

test("times are read to the last nanosecond, as digits or as ISO 8601", () => {
  assert.equal(parseTime("1700000000123456789"), 1700000000123456789n);
  assert.equal(parseTime("2023-11-14T22:13:20.123456789Z"), 1700000000123456789n);
  assert.equal(parseTime("2023-11-14T23:13:20+01:00"), 1700000000000000000n);
  assert.equal(parseTime("2023-11-14T22:13"), 1699999980000000000n);
  assert.equal(parseTime("2023-11-14"), 1699920000000000000n);
  for (const text of ["yesterday", "", "-5", "2023-13-01", "2023-11-14T25:00", "1.5"]) {
    assert.throws(() => parseTime(text), /is no time; allowed: 2026-01-31/, text);
  }
});

test("a range has its begin and not its end", () => {
  const range = { from: 5n, to: 7n };
  assert.deepEqual(
    [4n, 5n, 6n, 7n].map((time) => isWithin(range, time)),
    [false, true, true, false],
  );
  assert.ok(isWithin(allTimes, 0n));
  assert.ok(isWithin({ from: 5n, to: undefined }, 9n));
});
