import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { RawText } from "../../../assembler/json/raw-text";
import { quoteLongNumbers } from "../../../assembler/otlp/ingest/quote-long-numbers";
import { encodingOf, RequestFault, readRequest } from "../../../assembler/otlp/ingest/read-request";
import { receivedSpans, spanDocument } from "../../../assembler/otlp/ingest/span-document";
import { covers } from "../../../assembler/otlp/otlp-settings";
import { decodeSpan, isFault, isFault as isSpanFault } from "../../../assembler/span/decode-span";

const good = {
  traceId: "4BF92F3577B34DA6A3CE929D0E0E4736",
  spanId: "00f067aa0ba902b7",
  parentSpanId: "",
  name: "GET",
  kind: 3,
  startTimeUnixNano: "1700000000123456789",
  endTimeUnixNano: "1700000000123456999",
  attributes: [
    { key: "http.request.method", value: { stringValue: "GET" } },
    { key: "url.path", value: { stringValue: "/cart" } },
    { key: "http.response.status_code", value: { intValue: "503" } },
  ],
};
const resource = { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] };

function documentOf(span: unknown) {
  return spanDocument({ resource, scope: {}, span });
}

test("an OpenTelemetry span becomes a span document that the assembler reads, exact to the nanosecond", () => {
  const document = documentOf(good);
  assert.ok("text" in document);
  assert.equal(document.id, "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-client");
  const span = decodeSpan(RawText.from(document.text), "otlp", document.id);
  assert.ok(!isFault(span));
  assert.equal(span.traceId, "4bf92f3577b34da6a3ce929d0e0e4736");
  assert.deepEqual([span.start, span.end], [1700000000123456789n, 1700000000123456999n]);
  assert.deepEqual(
    [span.component, span.endpoint, span.protocol, span.direction, span.status],
    ["shop", "GET /cart", "HTTP", "Client", "503"],
  );
});

const faults: Readonly<Record<string, [change: object, reason: RegExp]>> = {
  "without a trace id": [{ traceId: undefined }, /^traceId: needed/],
  "with a trace id of zeros": [{ traceId: "0".repeat(32) }, /^traceId: needed/],
  "with a short span id": [{ spanId: "12" }, /spanId: needed/],
  "with an odd parent": [{ parentSpanId: "x" }, /parentSpanId: allowed/],
  "that did not begin": [{ startTimeUnixNano: "0" }, /startTimeUnixNano: needed/],
  "that did not end": [{ endTimeUnixNano: undefined }, /endTimeUnixNano: needed/],
  "that ends before it starts": [{ endTimeUnixNano: "5" }, /ends before it starts/],
  "with a time beyond 64 bits": [{ endTimeUnixNano: "9".repeat(19) }, /endTimeUnixNano: needed/],
  "with a negative time": [{ startTimeUnixNano: "-5" }, /startTimeUnixNano: needed/],
  "nested too deeply": [{ attributes: JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`) }, /nested deeper/],
  "as large as a book": [{ name: "x".repeat(2_000_000) }, /longer than/],
};
for (const [name, [change, reason]] of Object.entries(faults)) {
  test(`a span ${name} is refused with its reason`, () => {
    const document = documentOf({ ...good, ...change });
    assert.ok("reason" in document);
    assert.match(document.reason, reason);
  });
}

test("hostile requests hold spans or none, and never throw", () => {
  const odd = [
    null,
    5,
    "x",
    [],
    {},
    { resourceSpans: 5 },
    { resourceSpans: [null, { scopeSpans: [{ spans: [null, 1] }] }] },
  ];
  const counts = odd.map((request) => [...receivedSpans(request)].map(spanDocument).length);
  assert.deepEqual(counts, [0, 0, 0, 0, 0, 0, 2]);
  for (const attributes of [5, [null], [{ key: 1 }], [{ key: "service.name", value: null }], { __proto__: null }]) {
    const document = spanDocument({
      resource: { attributes },
      scope: 7,
      span: { ...good, attributes, kind: 99, name: {} },
    });
    assert.ok("text" in document);
    assert.ok(!isSpanFault(decodeSpan(RawText.from(document.text), "otlp", document.id)));
  }
});

test("bare 64-bit numbers keep their digits, and texts stay as they are", () => {
  const text =
    '{"a":1700000000123456789,"b":"x 1700000000123456789 \\" y","c":[12345678901234567],"d":1.2345678901234567890}';
  assert.deepEqual(JSON.parse(quoteLongNumbers(text)), {
    a: "1700000000123456789",
    b: 'x 1700000000123456789 " y',
    c: ["12345678901234567"],
    d: 1.2345678901234567,
  });
  const long = `{"a":"${"x\\n".repeat(2_000_000)}","b":1700000000123456789}`;
  assert.equal(JSON.parse(quoteLongNumbers(long)).b, "1700000000123456789");
});

test("a packed body is unpacked, but never to more than the limit", async () => {
  const body = gzipSync('{"resourceSpans":[]}');
  assert.deepEqual(await readRequest(body, "json", "gzip", 1000), { resourceSpans: [] });
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  const status = (expected: number) => (error: unknown) => error instanceof RequestFault && error.status === expected;
  await assert.rejects(readRequest(bomb, "json", "gzip", 1000), status(413));
  await assert.rejects(readRequest(Buffer.from("no"), "json", "gzip", 1000), status(400));
  await assert.rejects(readRequest(Buffer.from("{"), "json", "", 1000), status(400));
  await assert.rejects(readRequest(Buffer.from([0x0a, 0xff]), "protobuf", "", 1000), status(400));
  await assert.rejects(readRequest(body, "json", "br", 1000), status(415));
  assert.throws(() => encodingOf("text/plain"), status(415));
  assert.equal(encodingOf("application/json; charset=utf-8"), "json");
});

test("an index that the assembler does not read is known", () => {
  assert.equal(covers("spans_*", "spans_otlp"), true);
  assert.equal(covers("spans_a,spans_b", "spans_otlp"), false);
  assert.equal(covers("spans_*,-spans_otlp", "spans_otlp"), false);
});
