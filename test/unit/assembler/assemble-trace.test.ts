import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RawText } from "../../../assembler/json/raw-text";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import { readTrace } from "../../../assembler/trace/read-trace";
import type { TraceSpan } from "../../../assembler/trace/trace";
import { documentOf } from "./support/document-of";
import { Random } from "./support/random";
import { type SpanSketch, spanOf } from "./support/span-text";

const nowhere = () => false;

function member(sketch: SpanSketch): TraceSpan {
  const span = spanOf(sketch);
  return { span, parentId: span.parentId, link: undefined };
}

const shop: SpanSketch[] = [
  {
    id: "root",
    direction: "Ingress",
    component: "frontend",
    endpoint: "GET /checkout",
    from: "10.0.0.1:80",
    to: "10.9.9.9:5000",
    start: 0,
    end: 100,
  },
  {
    id: "toItems",
    parentId: "root",
    direction: "Egress",
    component: "frontend",
    from: "10.0.0.1:4000",
    to: "10.0.0.2:80",
    start: 10,
    end: 40,
  },
  {
    id: "items",
    parentId: "toItems",
    direction: "Ingress",
    component: "catalog",
    from: "10.0.0.2:80",
    to: "10.0.0.1:4000",
    start: 15,
    end: 35,
  },
  {
    id: "toCart",
    parentId: "root",
    direction: "Egress",
    component: "frontend",
    from: "10.0.0.1:4001",
    to: "10.0.0.3:80",
    start: 50,
    end: 90,
  },
];

test("a trace is summed up by its root, as the root saw it", () => {
  const trace = assembleTrace(shop.map(member), nowhere);
  assert.equal(trace.rootSpanId, "root");
  assert.equal(trace.duration, 100n);
  assert.equal(trace.endpoint, "GET /checkout");
  assert.deepEqual(
    [trace.clientIp, trace.clientPort, trace.serverIp, trace.serverPort],
    ["10.9.9.9", 5000, "10.0.0.1", 80],
  );
  assert.deepEqual(trace.services, ["catalog", "frontend"]);
  assert.deepEqual(
    trace.spans.map((span) => span.span.spanId),
    ["root", "toItems", "items", "toCart"],
  );
  assert.deepEqual([trace.complete, trace.error, trace.warnings], [true, false, []]);
});

test("its id is the given one, else follows from the root span alone", () => {
  const derived = assembleTrace(shop.map(member), nowhere).traceId;
  assert.match(derived, /^[0-9a-f]{32}$/);
  assert.equal(assembleTrace(shop.slice(0, 1).map(member), nowhere).traceId, derived);
  const given = shop.map((sketch) => member({ ...sketch, traceId: "t1" }));
  assert.equal(assembleTrace(given, nowhere).traceId, "t1");
  const mixed = assembleTrace(
    [...given, member({ id: "x", parentId: "root", traceId: "t0", start: 1, end: 2 })],
    nowhere,
  );
  assert.equal(mixed.traceId, "t1");
  assert.match(mixed.warnings.join(), /2 trace ids: t0, t1/);
});

const incomplete: [why: string, sketches: SpanSketch[], listens: (ip: string) => boolean, warning: RegExp][] = [
  [
    "a call to a traced address was not seen there",
    shop,
    (ip) => ip === "10.0.0.3",
    /toCart: .* not seen at 10\.0\.0\.3:80/,
  ],
  ["a parent is missing", shop.slice(1), nowhere, /toItems: its parent root is missing/],
  [
    "there are two roots",
    [...shop, { id: "other", start: 1, end: 2 }],
    nowhere,
    /2 spans have no parent; besides the root: other/,
  ],
  ["the root is a call", [{ ...(shop[1] as SpanSketch), parentId: "" }], nowhere, /root toItems is an Egress span/],
  [
    "a span is its own parent",
    [{ id: "a", parentId: "a", start: 0, end: 1 }],
    nowhere,
    /a: its parents go round in a circle/,
  ],
  [
    "parents go round in a circle",
    [
      { id: "a", parentId: "b", start: 0, end: 1 },
      { id: "b", parentId: "a", start: 0, end: 1 },
    ],
    nowhere,
    /a: its parents go round in a circle/,
  ],
];

for (const [why, sketches, listens, warning] of incomplete) {
  test(`a trace is incomplete, and says so, when ${why}`, () => {
    const trace = assembleTrace(sketches.map(member), listens);
    assert.equal(trace.complete, false);
    assert.match(trace.warnings.join("\n"), warning);
  });
}

test("a failed answer makes the trace an error: 5xx at a server, 4xx too at a client", () => {
  const withStatus = (direction: "Ingress" | "Egress", status: number) =>
    assembleTrace([member({ id: "a", direction, status, start: 0, end: 1 })], nowhere).error;
  assert.deepEqual(
    [withStatus("Ingress", 500), withStatus("Ingress", 404), withStatus("Egress", 404), withStatus("Egress", 302)],
    [true, false, true, false],
  );
});

test("the critical path holds what the root waited for last, and the other side of each call on it", () => {
  const trace = assembleTrace(shop.map(member), nowhere);
  assert.deepEqual(trace.criticalPath, ["root", "toItems", "items", "toCart"]);
  const parallel = shop.map((sketch) => (sketch.id === "toItems" ? { ...sketch, start: 10, end: 60 } : sketch));
  assert.deepEqual(assembleTrace(parallel.map(member), nowhere).criticalPath, ["root", "toCart"]);
});

test("thousands of lost parents make a short list of warnings", () => {
  const lost = Array.from({ length: 3000 }, (_, place) =>
    member({ id: `s${place}`, parentId: `p${place}`, start: place, end: place }),
  );
  const { warnings } = assembleTrace(lost, nowhere);
  assert.equal(warnings.length, 21);
  assert.equal(warnings.at(-1), "and 2980 more");
});

test("the order of the spans given does not matter", () => {
  const expected = documentOf(assembleTrace(shop.map(member), nowhere));
  for (let seed = 0; seed < 20; seed += 1) {
    const shuffled = new Random(seed).shuffle(shop.map(member));
    assert.equal(documentOf(assembleTrace(shuffled, nowhere)), expected);
  }
});

test("what hangs below a circle of parents stays there; the circle is cut at its earliest span", () => {
  const trace = assembleTrace(
    [
      member({ id: "below", parentId: "b", start: 0, end: 1 }),
      member({ id: "b", parentId: "a", start: 3, end: 4 }),
      member({ id: "a", parentId: "b", start: 2, end: 5 }),
    ],
    nowhere,
  );
  assert.equal(trace.rootSpanId, "a");
  assert.deepEqual(trace.warnings, ["span a: its parents go round in a circle"]);
});

const many = 50_000;
const large: [shape: string, parentOf: (place: number) => string, onPath: number][] = [
  ["one chain", (place) => (place === 0 ? "" : `s${place - 1}`), many],
  ["all of them under the root", (place) => (place === 0 ? "" : "s0"), 2],
  ["one circle", (place) => `s${(place + many - 1) % many}`, many],
  ["thousands of roots", () => "", 1],
  ["thousands of lost parents", (place) => `lost${place}`, 1],
  ["thousands that are their own parents", (place) => `s${place}`, 1],
];

for (const [shape, parentOf, onPath] of large) {
  test(`a trace of 50,000 spans is assembled without running out of stack: ${shape}`, () => {
    const { span } = member({ id: "any", start: 0, end: 1 });
    const spans = Array.from({ length: many }, (_, place) => {
      const times = { start: BigInt(place), end: BigInt(4 * many - place) };
      return { span: { ...span, ...times, spanId: `s${place}` }, parentId: parentOf(place), link: undefined };
    });
    const trace = assembleTrace(spans, nowhere);
    assert.equal(trace.spans.length, many);
    assert.equal(trace.criticalPath.length, onPath);
    assert.ok(trace.warnings.length <= 21);
    assert.equal(JSON.parse(documentOf(trace)).span_num, many);
  });
}

test("a trace of thousands of ids names a few of them", () => {
  const spans = Array.from({ length: 3000 }, (_, place) =>
    member({ id: `s${place}`, parentId: place === 0 ? "" : "s0", traceId: `t${place}`, start: place, end: 10_000 }),
  );
  assert.deepEqual(assembleTrace(spans, nowhere).warnings, [
    "spans carry 3000 trace ids: t0, t1, t10, t100, t1000 and 2995 more",
  ]);
});

test("a document keeps each span's own document byte for byte, and reads back as the same trace", () => {
  const extra = '{"huge":12345678901234567890123,"float":1.10,"nested":{"__proto__":[null]},"text":"\\u0000é"}';
  const spans = shop.map((sketch) => member({ ...sketch, extra }));
  const linked = spans.map((span) =>
    span.span.spanId === "items"
      ? { ...span, link: { parentId: "toItems", method: "connection" as const, confidence: 0.99, runnerUp: 'odd"id' } }
      : span,
  );
  const trace = assembleTrace(linked, nowhere);
  const text = documentOf(trace);
  for (const { span } of linked) assert.ok(text.includes(`"source":${span.raw.toString()}}`));
  assert.ok(text.includes('"link":{"method":"connection","confidence":0.99,"runner_up":"odd\\"id"}'));
  const back = readTrace(RawText.from(text));
  assert.equal(documentOf(back), text);
  assert.equal(back.startTime, 1700000000123456789n);
});

test("ids and names of any text survive in the document", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 50, unit: "grapheme" }), (id) => {
      const span = { ...spanOf({ id: "a", start: 0, end: 1 }), spanId: id, component: id, documentId: id };
      const text = documentOf(assembleTrace([{ span, parentId: id, link: undefined }], nowhere));
      const document = JSON.parse(text);
      assert.equal(document.spans[0].span_id, id);
      assert.deepEqual(document.services, [id]);
    }),
    { seed: 8 },
  );
});
