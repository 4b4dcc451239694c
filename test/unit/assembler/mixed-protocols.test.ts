import assert from "node:assert/strict";
import { test } from "node:test";
import { correlateAll } from "../../../assembler/correlate/correlator";
import { exchangeOfSpan } from "../../../assembler/correlate/exchange-of-span";
import { IdentifyingHeaders } from "../../../assembler/correlate/identifying-headers";
import { PlacedSpan } from "../../../assembler/correlate/placed-span";
import { ByteWriter } from "../../../assembler/json/byte-writer";
import { RawText } from "../../../assembler/json/raw-text";
import { exportItems } from "../../../assembler/otlp/export/export-items";
import { contributionsTo } from "../../../assembler/service-metrics/contributions";
import type { Span } from "../../../assembler/span/span";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import { readTrace } from "../../../assembler/trace/read-trace";
import type { TraceSpan } from "../../../assembler/trace/trace";
import { writeTraceDocument } from "../../../assembler/trace/trace-document";
import { bytes, clearHeader, grpcRequest, grpcResponse } from "./support/messages";
import { mixedRequest } from "./support/mixed-request";
import { Random } from "./support/random";
import { spanOf } from "./support/span-text";

function spansOfRequest(number = 0): Span[] {
  return mixedRequest(number).map(({ agent, sketch }) => spanOf(sketch, agent));
}

function membersOf(spans: readonly Span[]): TraceSpan[] {
  const links = correlateAll(spans);
  return spans.map((span) => ({ span, parentId: links.get(span)?.parentId ?? "", link: links.get(span) }));
}

function documentOf(members: readonly TraceSpan[]): string {
  const writer = new ByteWriter();
  writeTraceDocument(
    writer,
    assembleTrace(members, () => false),
  );
  return writer.written().toString();
}

test("messages of unknown protocols find their parents by connection and by time, as those of known ones do", () => {
  const requests = Array.from({ length: 20 }, (_, number) => spansOfRequest(number));
  const members = membersOf(requests.flat());
  const parents = new Map(members.map(({ span, parentId }) => [span.spanId, parentId]));
  for (const number of requests.keys()) {
    assert.equal(parents.get(`peer${number}`), `odd${number}`);
    assert.equal(parents.get(`cart${number}`), `grpc${number}`);
    for (const name of ["dns", "cache", "sql", "event", "grpc", "odd"]) {
      assert.equal(parents.get(`${name}${number}`), `root${number}`, name);
    }
  }
});

test("in whatever order the spans came, what their messages tell is the same to the last byte", () => {
  const spans = spansOfRequest();
  const expected = documentOf(membersOf(spans));
  const random = new Random(3);
  for (let round = 0; round < 20; round += 1) {
    const shuffled = spans.map((span) => ({ span, place: random.int(0, 1e6) }));
    const order = shuffled.sort((left, right) => left.place - right.place).map(({ span }) => span);
    assert.equal(documentOf(membersOf(order)), expected);
  }
});

test("a trace shows the endpoint and the status of its root as the messages tell them, and that a call in it failed", () => {
  const document = JSON.parse(documentOf(membersOf(spansOfRequest())));
  assert.deepEqual([document.endpoint, document.status_code, document.error], ["GET /", "200", true]);
  const [cart] = spansOfRequest().filter(({ spanId }) => spanId === "cart0");
  const alone = JSON.parse(documentOf([{ span: cart ?? assert.fail(), parentId: "", link: undefined }]));
  assert.deepEqual([alone.endpoint, alone.status_code, alone.error], ["/shop.Cart/Add", "UNAVAILABLE", true]);
});

test("service metrics count by what the messages tell, and calls of unknown protocols by their label", () => {
  const members = membersOf(spansOfRequest());
  const { minutes } = assembleTrace(members, () => false);
  const { requests, calls } = contributionsTo(minutes[0] ?? assert.fail(), members);
  const lines = calls.map(({ protocol, endpoint, isError }) => `${protocol} ${endpoint}${isError ? "!" : ""}`);
  assert.deepEqual(lines.sort(), [
    "Custom Custom",
    "DNS A cart.shop",
    "Kafka Produce orders",
    "MySQL SELECT orders",
    "Redis GET",
    "gRPC /shop.Cart/Add!",
  ]);
  const failed = requests.filter(({ isError }) => isError).map(({ endpoint }) => endpoint);
  assert.deepEqual(failed, ["/shop.Cart/Add"]);
});

test("exported spans say in OpenTelemetry's words what was asked for, and nothing of what was said", () => {
  const items = exportItems(readTrace(RawText.from(documentOf(membersOf(spansOfRequest())))));
  const interesting = /^(rpc|db|messaging|dns|http|url|error)\./;
  const attributes = new Map(
    items.map(({ span }) => {
      const list = (span.attributes ?? []).filter(({ key }) => interesting.test(key) && !key.endsWith("size"));
      return [span.name, Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]))];
    }),
  );
  assert.deepEqual(Object.fromEntries(attributes), {
    "GET /": { "http.request.method": "GET", "url.path": "/", "http.response.status_code": "200" },
    "A cart.shop": { "dns.question.name": "cart.shop" },
    GET: { "db.system.name": "redis", "db.operation.name": "GET", "db.query.summary": "GET" },
    "SELECT orders": {
      "db.system.name": "mysql",
      "db.operation.name": "SELECT",
      "db.collection.name": "orders",
      "db.query.summary": "SELECT orders",
    },
    "Produce orders": {
      "messaging.system": "kafka",
      "messaging.operation.name": "Produce",
      "messaging.operation.type": "send",
      "messaging.destination.name": "orders",
    },
    "/shop.Cart/Add": {
      "rpc.system.name": "grpc",
      "rpc.method": "shop.Cart/Add",
      "rpc.response.status_code": "UNAVAILABLE",
      "error.type": "UNAVAILABLE",
    },
    Custom: {},
  });
  assert.ok(!JSON.stringify(items).includes("s3cret"));
});

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceParent = clearHeader("traceparent", `00-${traceId}-00f067aa0ba902b7-01`);

/** A gRPC request or call of one event loop. */
function grpcSpan(id: string, direction: "Ingress" | "Egress", headers: Buffer[]): Span {
  const times = direction === "Ingress" ? { start: 0, end: 100 } : { start: 10, end: 20 };
  const request = grpcRequest("/shop.Cart/Add", ...headers);
  return spanOf({ id, direction, protocol: "gRPC", to: "10.0.0.9:80", request, response: grpcResponse(0), ...times });
}

test("gRPC's x-request-id tells which of several requests a call serves", () => {
  const requestId = (value: string) => [clearHeader("x-request-id", value)];
  const spans = [
    grpcSpan("r1", "Ingress", requestId("a-1")),
    grpcSpan("r2", "Ingress", requestId("b-2")),
    grpcSpan("c", "Egress", requestId("b-2")),
  ];
  const [link] = correlateAll(spans, new IdentifyingHeaders(["X-Request-Id"])).values();
  assert.deepEqual(link, { parentId: "r2", method: "identifier", confidence: 0.99 });
});

test("gRPC's headers that were made to identify requests count only where they are named, its other tokens always", () => {
  const id = "4dae3ec3-9efd-4777-9703-aade14d42dc2";
  const token = "order-9f8e7d6c5b4a";
  const headers = [clearHeader("x-request-id", id), traceParent, clearHeader("x-order", token)];
  const placed = () => new PlacedSpan(grpcSpan("r", "Ingress", headers));
  const unnamed = exchangeOfSpan(placed(), 0n, new IdentifyingHeaders([]));
  assert.ok(unnamed.identifiers.includes(token));
  assert.ok(!unnamed.identifiers.some((found) => found === id || found.includes(traceId)));
  assert.equal(unnamed.passedOn, undefined);
  assert.deepEqual(exchangeOfSpan(placed(), 0n, new IdentifyingHeaders(["x-request-id"])).passedOn, ["", id]);
});

test("a traceparent in gRPC's headers gives the span its trace, also where its name stands in the connection's table", () => {
  assert.equal(grpcSpan("s", "Ingress", [traceParent]).traceId, traceId);
  const indexed = bytes(0x7e, 55, `00-${traceId}-00f067aa0ba902b7-01`);
  assert.equal(grpcSpan("s", "Ingress", [indexed]).traceId, traceId);
  const inData = bytes(grpcRequest("/a.B/C"), traceParent);
  const span = spanOf({ id: "s", protocol: "gRPC", request: inData, response: grpcResponse(0), start: 0, end: 1 });
  assert.equal(span.traceId, "");
});
