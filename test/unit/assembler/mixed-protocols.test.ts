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
import {
  bytes,
  clearHeader,
  dnsMessage,
  grpcRequest,
  grpcResponse,
  kafkaRequest,
  kafkaText,
  mysqlPacket,
  mysqlQuery,
  redisCommand,
} from "./support/messages";
import { Random } from "./support/random";
import { type SpanSketch, spanOf } from "./support/span-text";

const ms = 1_000_000;
const shop = { component: "shop", process: 1, endpoint: "" } as const;
const address = { shop: "10.0.0.1", cart: "10.0.0.2:50051", odd: "10.0.0.3:7000" };

/** One request to the shop, which asks by name, a cache, a database, a cart by gRPC and another by no known protocol. */
function spansOfRequest(number = 0): Span[] {
  const start = number * 100 * ms;
  const at = (from: number, to: number) => ({ start: start + from * ms, end: start + to * ms });
  const id = (name: string) => `${name}${number}`;
  const call = (name: string, port: number, more: Partial<SpanSketch> & { start: number; end: number }) =>
    spanOf({ ...shop, id: id(name), direction: "Egress", from: `${address.shop}:${port}`, ...more }, "a1");
  // Nothing of it is text, nothing is like the message before.
  const odd = { protocol: "Custom", request: bytes([1, 0xff, number, 0, 0xc3]), response: bytes([2, 0xfe, number]) };
  const grpc = { protocol: "gRPC", request: grpcRequest("/shop.Cart/Add"), response: grpcResponse(14) };
  const query = {
    protocol: "DNS",
    request: dnsMessage(0x100, 1, "cart.shop"),
    response: dnsMessage(0x500, 1, "cart.shop"),
  };
  const sql = { protocol: "MySQL", request: mysqlQuery("SELECT 's3cret' FROM orders"), response: mysqlPacket(1, 1) };
  const cache = { protocol: "Redis", request: redisCommand("GET", "s3cret"), response: bytes("$-1\r\n") };
  const event = {
    protocol: "Kafka",
    request: kafkaRequest(0, 2, [255, 255, 0, 0, 0, 9, 0, 0, 0, 1], kafkaText("orders")),
  };
  return [
    spanOf({ ...shop, id: id("root"), from: `${address.shop}:80`, to: "10.9.9.9:5000", ...at(0, 90) }, "a1"),
    call("dns", 4001, { ...query, to: "10.0.0.9:53", ...at(5, 8) }),
    call("cache", 4002, { ...cache, to: "10.0.0.8:6379", ...at(10, 12) }),
    call("sql", 4003, { ...sql, to: "10.0.0.7:3306", ...at(14, 20) }),
    call("event", 4006, { ...event, response: bytes(), to: "10.0.0.6:9092", ...at(21, 23) }),
    call("grpc", 4004, { ...grpc, to: address.cart, ...at(24, 40) }),
    spanOf(
      {
        ...grpc,
        id: id("cart"),
        component: "cart",
        process: 2,
        endpoint: "",
        from: address.cart,
        to: `${address.shop}:4004`,
        ...at(25, 39),
      },
      "a2",
    ),
    call("odd", 4005, { ...odd, to: address.odd, ...at(50, 70) }),
    spanOf(
      {
        ...odd,
        id: id("peer"),
        component: "odd",
        process: 3,
        endpoint: "",
        from: address.odd,
        to: `${address.shop}:4005`,
        ...at(52, 68),
      },
      "a3",
    ),
  ];
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
