import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "../../../assembler/json/byte-writer";
import { RawText } from "../../../assembler/json/raw-text";
import { judgeAnswer } from "../../../assembler/otlp/export/backend-verdict";
import { exportItems, exportRequest } from "../../../assembler/otlp/export/export-items";
import { BackendAway, sendItems } from "../../../assembler/otlp/export/send-items";
import { spanDocument } from "../../../assembler/otlp/ingest/span-document";
import { otlpSpanId, otlpTraceId } from "../../../assembler/otlp/otlp-ids";
import type { ExportRequest, KeyValue } from "../../../assembler/otlp/otlp-model";
import { decodeRequest, encodeRequest, encodeResponse } from "../../../assembler/otlp/otlp-protobuf";
import { OtlpTally } from "../../../assembler/otlp/otlp-tally";
import { decodeSpan, isFault } from "../../../assembler/span/decode-span";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import { readTrace } from "../../../assembler/trace/read-trace";
import type { TraceSpan } from "../../../assembler/trace/trace";
import { writeTraceDocument } from "../../../assembler/trace/trace-document";
import { baseTime, spanOf } from "./support/span-text";

/** A trace as it is read back from its document. */
function stored(members: readonly TraceSpan[]) {
  const writer = new ByteWriter();
  writeTraceDocument(
    writer,
    assembleTrace(members, () => false),
  );
  return readTrace(RawText.from(writer.written().toString()));
}

const request = spanOf({ id: "r1", from: "10.0.0.1:80", to: "10.9.9.9:5000", start: 0, end: 100, component: "shop" });
const call = spanOf({
  id: "00f067aa0ba902b7",
  direction: "Egress",
  from: "10.0.0.1:4000",
  to: "10.0.0.2:80",
  start: 10,
  end: 20,
  status: 404,
  component: "shop",
  endpoint: "GET /item/17",
});
const found = { parentId: "r1", method: "order", confidence: 0.5, runnerUp: "r0" } as const;
const trace = stored([
  { span: request, parentId: "", link: undefined },
  { span: call, parentId: "r1", link: found },
]);
const items = exportItems(trace);

function attributeOf(attributes: readonly KeyValue[] | undefined, key: string): unknown {
  const value = attributes?.find((attribute) => attribute.key === key)?.value;
  return value === undefined ? undefined : Object.values(value)[0];
}

test("ids of OpenTelemetry's form are kept, others follow from ours alone and ours stand beside them", () => {
  const [root, child] = items.map(({ span }) => span);
  assert.match(root?.spanId ?? "", /^[0-9a-f]{16}$/);
  assert.equal(root?.spanId, otlpSpanId("r1"));
  assert.equal(attributeOf(root?.attributes, "deeptrace.span_id"), "r1");
  assert.deepEqual([child?.spanId, child?.parentSpanId], ["00f067aa0ba902b7", root?.spanId]);
  assert.equal(root?.traceId, trace.traceId);
  assert.equal(otlpTraceId("0".repeat(32)), otlpTraceId("0".repeat(32)));
  assert.notEqual(otlpTraceId("0".repeat(32)), "0".repeat(32));
});

test("times are exact, kinds and status tell who served, who called and what failed", () => {
  const [root, child] = items.map(({ span }) => span);
  assert.deepEqual([root?.startTimeUnixNano, root?.endTimeUnixNano], [String(baseTime), String(baseTime + 100n)]);
  assert.deepEqual([root?.kind, root?.status, child?.kind, child?.status], [2, {}, 3, { code: 2 }]);
  assert.equal(child?.name, "GET /item/*");
  assert.equal(attributeOf(child?.attributes, "url.path"), "/item/17");
  assert.equal(attributeOf(child?.attributes, "http.response.status_code"), "404");
  assert.equal(attributeOf(child?.attributes, "server.address"), "10.0.0.2");
  assert.equal(attributeOf(child?.attributes, "deeptrace.link.method"), "order");
  assert.equal(attributeOf(child?.attributes, "deeptrace.link.confidence"), 0.5);
  assert.equal(attributeOf(child?.attributes, "deeptrace.link.runner_up"), "r0");
});

test("spans of one process stand under one resource, and no message's content leaves", () => {
  const sent = exportRequest(items);
  assert.equal(sent.resourceSpans.length, 1);
  assert.equal(attributeOf(sent.resourceSpans[0]?.resource?.attributes, "service.name"), "shop");
  assert.equal(sent.resourceSpans[0]?.scopeSpans[0]?.spans.length, 2);
  assert.equal(JSON.stringify(sent).includes("HTTP/1.1"), false);
});

test("protobuf carries the same as JSON, to the last digit", () => {
  const sent = exportRequest(items);
  const back = decodeRequest(encodeRequest(sent)) as unknown as ExportRequest;
  const withoutEmpty = (value: ExportRequest) =>
    JSON.parse(
      JSON.stringify(value).replaceAll('"parentSpanId":"",', "").replaceAll('"status":{}', '"status":{"x":0}'),
    );
  const spans = (value: ExportRequest) => withoutEmpty(value).resourceSpans[0].scopeSpans[0].spans;
  assert.deepEqual(spans(back), spans(sent));
});

test("a span that came by OTLP leaves as it came, in its place in the trace", () => {
  const original = {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    parentSpanId: "1111111111111111",
    name: "checkout",
    kind: 2 as const,
    startTimeUnixNano: "1700000000123456789",
    endTimeUnixNano: "1700000000123456790",
    events: [{ timeUnixNano: "1700000000123456789", name: "retry" }],
    attributes: [{ key: "user.tier", value: { stringValue: "gold" } }],
  };
  const document = spanDocument({ resource: { attributes: [] }, scope: { name: "lib" }, span: original });
  assert.ok("text" in document);
  const span = decodeSpan(RawText.from(document.text), "otlp", document.id);
  assert.ok(!isFault(span));
  const [item] = exportItems(stored([{ span, parentId: span.parentId, link: undefined }]));
  const { attributes, ...rest } = item?.span ?? assert.fail();
  const { attributes: given, ...expected } = original;
  assert.deepEqual(rest, expected);
  assert.deepEqual(attributes?.[0], given[0]);
  assert.deepEqual(item?.scope, { name: "lib" });
});

const answer = { contentType: "application/json", retryAfter: "", body: Buffer.alloc(0) };
const verdicts: readonly [status: number, kind: string][] = [
  [200, "taken"],
  [400, "refused"],
  [401, "misconfigured"],
  [404, "misconfigured"],
  [413, "smaller"],
  [429, "later"],
  [503, "later"],
];
for (const [status, kind] of verdicts) {
  test(`an answer of ${status} means ${kind}`, () => assert.equal(judgeAnswer({ ...answer, status }).kind, kind));
}

test("a backend says for how long it wants to be left alone, and what it did not take", () => {
  const later = judgeAnswer({ ...answer, status: 429, retryAfter: "7" });
  assert.deepEqual(later, { kind: "later", reason: "answered 429", retryAfterMs: 7000 });
  const partial = { rejectedSpans: "3", errorMessage: "too old" };
  const taken = { kind: "taken", rejectedSpans: 3, reason: "too old" };
  const body = Buffer.from(JSON.stringify({ partialSuccess: partial }));
  assert.deepEqual(judgeAnswer({ ...answer, status: 200, body }), taken);
  const packed = encodeResponse({ partialSuccess: partial });
  const contentType = "application/x-protobuf";
  assert.deepEqual(judgeAnswer({ ...answer, contentType, status: 200, body: packed }), taken);
});

test("of a request that is refused only the span at fault is left out", async () => {
  const tally = new OtlpTally();
  const taken: string[] = [];
  const idsOf = (sent: ExportRequest) =>
    sent.resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)),
    );
  const many = Array.from({ length: 9 }, (_, place) => {
    const [item = assert.fail()] = items;
    return { ...item, span: { ...item.span, spanId: String(place) } };
  });
  const send = async (sent: ExportRequest) => {
    const ids = idsOf(sent);
    if (ids.includes("5")) return { kind: "refused", reason: "answered 400" } as const;
    taken.push(...ids);
    return { kind: "taken", rejectedSpans: 0, reason: "" } as const;
  };
  await sendItems({ send, tally, warn: () => {} }, many, 4);
  assert.deepEqual(taken.sort(), ["0", "1", "2", "3", "4", "6", "7", "8"]);
  assert.deepEqual([tally.exportedSpans, tally.refusedSpans], [8, 1]);
});

test("what a backend cannot take now is not counted as sent", async () => {
  const tally = new OtlpTally();
  const send = async () => ({ kind: "later", reason: "answered 503", retryAfterMs: 10 }) as const;
  await assert.rejects(sendItems({ send, tally, warn: () => {} }, items, 10), BackendAway);
  assert.equal(tally.exportedSpans, 0);
});
