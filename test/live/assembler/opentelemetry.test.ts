import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Context, context, SpanKind, trace } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { freePort } from "../../testbed/free-port";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { type SpanSketch, spanText } from "../../unit/assembler/support/span-text";
import { LiveAssembler } from "./support/live-assembler";
import { SpanIndex } from "./support/span-index";

const token = "a-token-of-this-test";
const authorization = `Bearer ${token}`;
/** As `CompressionAlgorithm.GZIP` of the exporters. */
const gzip = "gzip" as never;
let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let spans: SpanIndex;
const assemblers: LiveAssembler[] = [];

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
  spans = new SpanIndex(elasticsearch.nodeUrl);
});
after(async () => {
  await Promise.all(assemblers.map((assembler) => assembler.close()));
  await testbed.close();
});

function assemblerWith(settings: ConstructorParameters<typeof LiveAssembler>[1]): LiveAssembler {
  const assembler = new LiveAssembler(elasticsearch, settings);
  assemblers.push(assembler);
  return assembler;
}

/** An instrumented program, as far as its spans go. */
function program(name: string, exporter: SpanExporter) {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": name }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer("test");
  const start = (spanName: string, kind: SpanKind, parent: Context) => {
    const span = tracer.startSpan(spanName, { kind, attributes: { "http.request.method": "GET" } }, parent);
    return { span, ids: span.spanContext(), within: trace.setSpan(parent, span) };
  };
  return { start, shutdown: () => provider.shutdown() };
}

interface StoredTrace {
  readonly trace_id: string;
  readonly complete: boolean;
  readonly warnings: string[];
  readonly spans: { readonly span_id: string; readonly parent_id: string; readonly link: { method: string } | null }[];
}

test("spans of instrumented services, sent by OpenTelemetry's own SDK, join the trace of what agents saw", async () => {
  const assembler = assemblerWith({ name: "joining", otlp: { ingest: { token } } });
  await assembler.start();
  await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "it to be ready" });
  const to = { url: `http://127.0.0.1:${assembler.port}/v1/traces`, headers: { authorization }, compression: gzip };
  const [shop, cart] = [program("shop", new JsonExporter(to)), program("cart", new ProtobufExporter(to))];
  const serverA = shop.start("GET /shop", SpanKind.SERVER, context.active());
  const clientA = shop.start("GET", SpanKind.CLIENT, serverA.within);
  const serverB = cart.start("GET /cart", SpanKind.SERVER, clientA.within);
  for (const { span } of [serverB, clientA, serverA]) span.end();
  const { traceId, spanId } = clientA.ids;
  const headers = [`traceparent: 00-${traceId}-${spanId}-01`];
  const seen: SpanSketch[] = [
    { id: "seen-in-a", direction: "Ingress", process: 1, from: "10.0.0.1:80", to: "10.9.9.9:999", start: 0, end: 100 },
    {
      id: "seen-out-a",
      direction: "Egress",
      process: 1,
      from: "10.0.0.1:4000",
      to: "10.0.0.2:80",
      start: 20,
      end: 80,
      headers,
    },
    {
      id: "seen-in-b",
      direction: "Ingress",
      process: 2,
      from: "10.0.0.2:80",
      to: "10.0.0.1:4000",
      start: 30,
      end: 70,
      headers,
    },
  ];
  await spans.write(seen.map((sketch) => ({ index: "spans_seen", id: sketch.id, text: spanText(sketch) })));
  await Promise.all([shop.shutdown(), cart.shutdown()]);
  const stored = async () => [...(await spans.traces()).values()].map((text) => JSON.parse(text) as StoredTrace);
  await waitFor(async () => (await stored()).some(({ spans: members }) => members.length === 6), {
    timeoutMs: 30_000,
    what: "one trace of all six spans",
  });
  const [joined = assert.fail(), ...others] = await stored();
  assert.equal(others.length, 0);
  assert.deepEqual([joined.trace_id, joined.complete], [traceId, true], joined.warnings.join());
  assert.deepEqual(Object.fromEntries(joined.spans.map((span) => [span.span_id, span.parent_id])), {
    "seen-in-a": "",
    [serverA.ids.spanId]: "seen-in-a",
    [spanId]: serverA.ids.spanId,
    "seen-out-a": spanId,
    "seen-in-b": "seen-out-a",
    [serverB.ids.spanId]: "seen-in-b",
  });
  const count = await assembler.verify(30);
  assert.deepEqual([count.lost, count.pending, count.duplicated], [0, 0, 0], JSON.stringify(count));

  const post = (body: unknown, bearer: string) =>
    fetch(to.url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: bearer },
      body: JSON.stringify(body),
    });
  assert.equal((await post({}, "Bearer wrong")).status, 401);
  const time = { startTimeUnixNano: "1700000000123456789", endTimeUnixNano: "1700000000123456790" };
  const good = { traceId: "5".repeat(32), spanId: "5".repeat(16), name: "job", kind: 1, ...time };
  const body = { resourceSpans: [{ scopeSpans: [{ spans: [good, { ...good, spanId: "" }] }] }] };
  for (const attempt of ["first", "repeated"]) {
    const answer = (await (await post(body, authorization)).json()) as { partialSuccess: { rejectedSpans: string } };
    assert.equal(answer.partialSuccess.rejectedSpans, "1", attempt);
  }
  const received = (await spans.documents()).filter(({ index }) => index === "spans_otlp");
  assert.equal(received.length, 4, "a span that is sent again is the same document");
  assert.equal(assembler.rawLog.includes(token), false);
  await assembler.end("SIGTERM");
});

test("every trace reaches a backend that was away, over a restart, exact, and an amended one again", async () => {
  const port = await freePort();
  const receiver = assemblerWith({
    name: "exporting",
    // The exporter's standby: it takes spans in and assembles none.
    reading: { index_pattern: "spans_received" },
    otlp: { ingest: { index: "spans_received", token } },
    http: { port },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const exporter = assemblerWith({
    name: "exporting",
    reading: { index_pattern: "spans_sold", poll_interval_ms: 100 },
    otlp: { export: { endpoint, headers: { authorization }, poll_interval_ms: 100 } },
  });
  const span = (id: string, start: number): { index: string; id: string; text: string } => ({
    index: "spans_sold",
    id,
    text: spanText({ id, traceId: "t-sold", start, end: start + 7, component: "till" }),
  });
  const received = async () =>
    (await spans.documents()).filter(({ index }) => index === "spans_received").map(({ hit }) => hit.source.toString());

  await exporter.start();
  await spans.write([span("sold-1", 1), span("sold-2", 2)]);
  await waitFor(async () => (await exporter.metric("otlp_export_failures_total")) > 0, {
    timeoutMs: 60_000,
    what: "the exporter to notice that the backend is away",
  });
  await waitFor(async () => (await exporter.metric("traces_written_total")) > 0, {
    timeoutMs: 30_000,
    what: "traces to be written all the same",
  });
  await exporter.end("SIGKILL");
  await exporter.start();
  await waitFor(() => exporter.isReady(), { timeoutMs: 30_000, what: "the exporter to be active again" });
  await receiver.start();
  await waitFor(async () => (await exporter.metric("otlp_export_lag")) === 0, {
    timeoutMs: 60_000,
    what: "everything to be exported",
  });
  const first = (await received()).filter((text) => text.includes("t-sold"));
  assert.equal(first.length, 2);
  for (const start of ["1700000000123456790", "1700000000123456791"]) {
    assert.ok(
      first.some((text) => text.includes(`"start_time":${start},`)),
      `${start} in ${first.join("\n")}`,
    );
  }
  assert.ok(first.every((text) => text.includes('"component":"till"')));

  await spans.write([span("sold-3", 3)]);
  await waitFor(async () => (await received()).filter((text) => text.includes("t-sold")).length === 3, {
    timeoutMs: 30_000,
    what: "the amended trace",
  });
  assert.equal(exporter.rawLog.includes(token), false);
  await exporter.end("SIGTERM");
  await receiver.end("SIGTERM");
});
