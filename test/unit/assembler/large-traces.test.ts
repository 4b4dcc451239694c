import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "../../../assembler/json/byte-writer";
import { RawText } from "../../../assembler/json/raw-text";
import { TextBody } from "../../../assembler/json/text-body";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import { readTrace } from "../../../assembler/trace/read-trace";
import { writeTraceDocument } from "../../../assembler/trace/trace-document";
import { Progress } from "../../../assembler/window/shard-progress";
import { SpanWindow } from "../../../assembler/window/span-window";
import { Random } from "./support/random";
import { type SpanSketch, spanOf } from "./support/span-text";

const many = 50_000;
/** Were time to grow with the square of a trace, these would take many minutes. */
const options = { timeout: 120_000 };
const shard = { index: "spans_a1", uuid: "u", shard: 0 };

/** Admits spans in any order and returns the one document that they make. */
function theOnlyTrace(sketches: readonly SpanSketch[]) {
  const window = new SpanWindow();
  const hold = new Progress([]).open({ shard, after: -1, upTo: sketches.length, hits: [] });
  for (const [place, sketch] of new Random(3).shuffle(sketches).entries()) window.admit(spanOf(sketch), hold, place, 0);
  window.correlate(0, 0);
  window.regroup(0);
  const groups = [...window.groups.open];
  assert.equal(groups.length, 1);
  const writer = new ByteWriter();
  writeTraceDocument(
    writer,
    assembleTrace(groups[0]?.members ?? [], () => false),
  );
  window.forget(groups);
  assert.deepEqual([window.size, hold.held], [0, 0]);
  return readTrace(RawText.from(writer.written().toString()));
}

function spans(count: number, of: (place: number) => Partial<SpanSketch>): SpanSketch[] {
  return Array.from({ length: count }, (_, place) => ({ id: `s${place}`, start: place, end: many * 2, ...of(place) }));
}

test("fifty thousand spans below one another are one trace", options, () => {
  const trace = theOnlyTrace(spans(many, (place) => (place === 0 ? {} : { parentId: `s${place - 1}` })));
  assert.deepEqual([trace.spans.length, trace.rootSpanId, trace.complete], [many, "s0", true]);
});

test("fifty thousand children of one span are one trace", options, () => {
  const trace = theOnlyTrace(spans(many, (place) => (place === 0 ? {} : { parentId: "s0" })));
  assert.deepEqual([trace.spans.length, trace.rootSpanId, trace.complete], [many, "s0", true]);
});

test(
  "a trace id that fifty thousand unrelated spans share makes them one trace, which says what is odd about it",
  options,
  () => {
    const trace = theOnlyTrace(spans(many, () => ({ traceId: "hot" })));
    assert.deepEqual([trace.spans.length, trace.traceId, trace.complete], [many, "hot", false]);
    assert.match(trace.warnings.join("\n"), /^50000 spans have no parent/m);
  },
);

test("fifty thousand spans whose parents go round in one circle are one trace, which says so", options, () => {
  const trace = theOnlyTrace(spans(many, (place) => ({ parentId: `s${(place + 1) % many}` })));
  assert.deepEqual([trace.spans.length, trace.complete], [many, false]);
  assert.match(trace.warnings.join("\n"), /go round in a circle/);
});

test("a span that names itself as its parent, and a second root, are kept and named", () => {
  const trace = theOnlyTrace([
    { id: "r1", traceId: "t", start: 0, end: 9 },
    { id: "r2", traceId: "t", start: 1, end: 8 },
    { id: "self", traceId: "t", parentId: "self", start: 2, end: 3 },
  ]);
  assert.deepEqual([trace.spans.length, trace.rootSpanId, trace.complete], [3, "r1", false]);
  assert.match(trace.warnings.join("\n"), /2 spans have no parent; besides the root: r2/);
  assert.match(trace.warnings.join("\n"), /span self: its parents go round in a circle/);
});

test("a few spans that stay do not keep the pages in memory that they came in", () => {
  const window = new SpanWindow();
  const bytes = Buffer.from(
    spans(16, () => ({}))
      .map(() => "x".repeat(700))
      .join(""),
  );
  const page = new TextBody(bytes);
  const hits = spans(16, () => ({})).map((sketch, seqNo) => ({
    id: sketch.id,
    seqNo,
    version: 1,
    source: new RawText(page, seqNo * 700, (seqNo + 1) * 700),
  }));
  const hold = new Progress([]).open({ shard, after: -1, upTo: 15, hits });
  for (const { id, source, seqNo } of hits) {
    window.admit({ ...spanOf({ id, start: 0, end: 9 }), raw: source }, hold, seqNo, 0);
  }
  const groups = [...window.groups.open];
  window.forget(groups.slice(0, 13));
  const left = () => groups.slice(14).flatMap(({ members }) => members.map(({ span }) => span.raw));
  assert.ok(left().every((raw) => raw.body === page));
  window.forget(groups.slice(13, 14));
  assert.deepEqual(
    left().map((raw) => [raw.bytes.length, raw.toString()]),
    Array.from({ length: 2 }, () => [700, "x".repeat(700)]),
  );
});
