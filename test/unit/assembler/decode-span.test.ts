import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RawText } from "../../../assembler/json/raw-text";
import { decodeSpan, isFault } from "../../../assembler/span/decode-span";
import type { Span, SpanFault } from "../../../assembler/span/span";
import { spanText } from "./support/span-text";

function decode(text: string): Span | SpanFault {
  return decodeSpan(RawText.from(text), "a1", "doc1");
}

function spanFrom(text: string): Span {
  const span = decode(text);
  if (isFault(span)) assert.fail(span.reason);
  return span;
}

const nested = spanText({
  id: "s1",
  traceId: "t1",
  parentId: "p1",
  direction: "Egress",
  process: 7,
  thread: 8,
  component: "cart",
  endpoint: "POST /cart",
  from: "10.0.0.1:4000",
  to: "10.0.0.2:80",
  start: 0,
  end: 999_999_999,
  status: 503,
});

test("the nested form is read field by field, times to the last digit", () => {
  const { raw, ...span } = spanFrom(nested);
  assert.deepEqual(span, {
    spanId: "s1",
    traceId: "t1",
    parentId: "p1",
    agent: "a1",
    documentId: "doc1",
    direction: "Egress",
    tgid: 7,
    pid: 8,
    protocol: "HTTP1",
    component: "cart",
    endpoint: "POST /cart",
    srcIp: "10.0.0.1",
    srcPort: 4000,
    dstIp: "10.0.0.2",
    dstPort: 80,
    start: 1700000000123456789n,
    end: 1700000001123456788n,
    requestSize: 10,
    responseSize: 20,
    status: "503",
    isError: true,
  });
  assert.equal(raw.toString(), nested);
});

test("the flat form gives the same span", () => {
  const document = JSON.parse(nested);
  const flat = { ...document.context, ...document.tag.ebpf_tag, ...document.metric, ...document.content };
  const text = JSON.stringify({ ...flat, start_time: 0, end_time: 0 })
    .replace('"start_time":0', '"start_time":1700000000123456789')
    .replace('"end_time":0', '"end_time":1700000001123456788');
  const { raw: _flat, ...span } = spanFrom(text);
  const { raw: _nested, ...expected } = spanFrom(nested);
  assert.deepEqual(span, expected);
});

test("the largest long, digits in strings, absent and null fields, and white space are taken", () => {
  const span = spanFrom(
    '{ "span_id" : "s" ,\n "start_time":"9223372036854775806", "end_time": 9223372036854775807,' +
      ' "direction":"Ingress", "parent_id": null, "ebpf_tag": null }',
  );
  assert.equal(span.start, 9223372036854775806n);
  assert.equal(span.end, 9223372036854775807n);
  assert.equal(span.parentId, "");
  assert.equal(span.srcPort, 0);
});

test("a span without an id of its own, an empty one or null is known by its agent and document", () => {
  for (const [id, other] of [
    ['"span_id":"s1"', '"x":1'],
    ['"span_id":"s1"', '"span_id":""'],
    ['"span_id":"s1"', '"span_id":null'],
  ] as const) {
    assert.equal(spanFrom(nested.replace(id, other)).spanId, "a1:doc1");
  }
});

const faults: [why: string, text: string, reason: RegExp][] = [
  [
    "a number as span id",
    nested.replace('"span_id":"s1"', '"span_id":5'),
    /^context\.span_id: got 5; allowed: a string/,
  ],
  ["a span id too long for a trace's index", nested.replace('"s1"', `"${"é".repeat(300)}"`), /^context\.span_id: got/],
  ["no start time", nested.replace('"start_time"', '"begin"'), /^metric\.start_time: missing; needed: nanoseconds/],
  ["a negative time", nested.replace(/"start_time":\d+/, '"start_time":-5'), /^metric\.start_time: got -5; allowed/],
  ["a time with a fraction", nested.replace(/"start_time":\d+/, '"start_time":1.5'), /^metric\.start_time: got 1\.5/],
  ["a time in powers of ten", nested.replace(/"start_time":\d+/, '"start_time":1e18'), /^metric\.start_time: got 1e18/],
  ["a time that is no number", nested.replace(/"start_time":\d+/, '"start_time":NaN'), /^metric\.start_time: got NaN/],
  [
    "a time beyond a long",
    nested.replace(/"end_time":\d+/, '"end_time":9223372036854775808'),
    /^metric\.end_time: got/,
  ],
  ["an end before the start", nested.replace(/"end_time":\d+/, '"end_time":1'), /^metric\.end_time: 1 lies before/],
  ["no direction", nested.replace('"Egress"', '""'), /^tag\.ebpf_tag\.direction: got ""; allowed: Ingress or Egress/],
  ["another direction", nested.replace('"Egress"', '"egress"'), /^tag\.ebpf_tag\.direction: got "egress"/],
  ["a port too large", nested.replace('"src_port":4000', '"src_port":70000'), /^tag\.ebpf_tag\.src_port: got 70000/],
  [
    "an address that is an object",
    nested.replace('"10.0.0.1"', "{}"),
    /^tag\.ebpf_tag\.src_ip: got \{\}; allowed: a string/,
  ],
  ["a list", "[]", /^_source: not JSON/],
  ["half a document", nested.slice(0, 100), /^_source: not JSON/],
];

for (const [why, text, reason] of faults) {
  test(`${why} makes a fault that names the field, what came and what is allowed`, () => {
    const fault = decode(text);
    assert.ok(isFault(fault), "decoded");
    assert.match(fault.reason, reason);
  });
}

test("a huge odd value is cut short in the reason", () => {
  const fault = decode(nested.replace('"10.0.0.1"', `[${"1,".repeat(100_000)}1]`));
  assert.ok(isFault(fault));
  assert.ok(fault.reason.length < 200);
});

test("anything at all is a span or a fault, never an exception", () => {
  const keys = fc.constantFrom(
    "context",
    "tag",
    "ebpf_tag",
    "metric",
    "span_id",
    "start_time",
    "__proto__",
    "constructor",
    "direction",
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 2 }), fc.dictionary(keys, tie("value"), { maxKeys: 5 })),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(keys, value, { maxKeys: 6 }), (document) => {
      const decoded = decode(JSON.stringify(document));
      assert.ok(isFault(decoded) || decoded.spanId !== "");
    }),
    { seed: 3, numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.nat(nested.length), fc.string(), (place, noise) => {
      decode(nested.slice(0, place) + noise + nested.slice(place + noise.length));
    }),
    { seed: 4, numRuns: 2000 },
  );
});

test("a document is read the same whether or not those before it were laid out like it", () => {
  const base = { id: "l1", traceId: "t", from: "10.0.0.1:80", to: "10.0.0.2:4000", start: 0, end: 5 };
  const texts = [
    spanText(base),
    spanText({ ...base, id: "l2", endpoint: 'GET /a\\"b' }),
    spanText({ ...base, id: "l3", extra: '{"span_id":"inner"}' }),
    spanText({ ...base, id: "l4", extra: "[1,2]" }),
    spanText({ ...base, id: "l5" }).replace('"docker_tag":null', '"docker_tag":{"tgid":"x"}'),
    spanText({ ...base, id: "l6" }).replace('"ebpf_tag":{', '"ebpf_tag": {'),
    spanText({ ...base, id: "l7", traceId: "é" }),
    '{"span_id":"flat","start_time":1,"end_time":2,"direction":"Egress","context":null}',
    '{"span_id":"flat","start_time":1,"end_time":2,"direction":"Egress","context":{"span_id":"deep"}}',
    '{"span_id":"flat","start_time":1,"end_time":2,"direction":"Egress","context":{}}',
    spanText(base).replace('"pid":1,', '"pid":1.5,'),
    spanText(base).replace('"span_id":"l1"', '"span_id":null'),
    `${spanText(base).slice(0, -1)},"more":"x"}`,
    spanText(base).slice(0, -1),
  ];
  const alone = (text: string) => {
    // Unlike any of them, so that nothing is known of its layout.
    decode('{"unlike":1}');
    return decode(text);
  };
  for (const before of texts) {
    for (const text of texts) {
      const expected = alone(text);
      decode(before);
      assert.deepEqual(decode(text), expected, `${text} after ${before}`);
    }
  }
});
