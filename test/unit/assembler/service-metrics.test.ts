import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contributionsTo } from "../../../assembler/service-metrics/contributions";
import { bucketOf, histogramPercentile } from "../../../assembler/service-metrics/duration-histogram";
import { Durations } from "../../../assembler/service-metrics/durations";
import { endpointTemplate } from "../../../assembler/service-metrics/endpoint-template";
import { metricDocuments } from "../../../assembler/service-metrics/metric-documents";
import { minutesIn, toRanges } from "../../../assembler/service-metrics/minute-ranges";
import { MinuteTally } from "../../../assembler/service-metrics/minute-tally";
import { traceMinutes } from "../../../assembler/trace/span-minutes";
import { type SpanSketch, spanOf } from "./support/span-text";

function spansOf(...sketches: SpanSketch[]) {
  return sketches.map((sketch) => {
    const span = spanOf(sketch);
    return { span, parentId: span.parentId, link: undefined };
  });
}

function linesOf(most: number, ...sketches: SpanSketch[]) {
  const spans = spansOf(...sketches);
  const tally = new MinuteTally();
  for (const minute of traceMinutes(spans)) tally.add(contributionsTo(minute, spans));
  return tally.lines(most);
}

test("endpoints that differ only by ids and query are one", () => {
  const cases: readonly [endpoint: string, template: string][] = [
    ["GET /item/123", "GET /item/{id}"],
    ["GET /item/123?full=1&q=a/b", "GET /item/{id}"],
    ["GET /7/x HTTP/1.1", "GET /{id}/x HTTP/1.1"],
    ["/u/0F8FAD5B-D9CB-469F-A165-70867728950E/cart", "/u/{id}/cart"],
    ["/blob/507f1f77bcf86cd799439011#top", "/blob/{id}"],
    ["/feedbackface/v2", "/feedbackface/v2"],
    ["ComposePost", "ComposePost"],
    ["GET /a\nb\u0000", "GET /a b"],
    ["/\ud800x", "/\ufffdx"],
    ["", ""],
  ];
  for (const [endpoint, template] of cases) {
    assert.equal(endpointTemplate(endpoint), template);
  }
  assert.ok(endpointTemplate(`/${"x".repeat(5000)}`).length <= 200);
});

test("percentiles are values that occurred, by nearest rank, and nothing is rounded", () => {
  const durations = new Durations();
  const base = 9_007_199_254_740_993n;
  for (let value = 100n; value >= 1n; value -= 1n) durations.add(base + value, value > 97n);
  const { count, errors, average, p50, p95, p99, longest } = durations.summary();
  assert.deepEqual([count, errors], [100, 3]);
  assert.deepEqual([p50, p95, p99, longest], [base + 50n, base + 95n, base + 99n, base + 100n]);
  assert.equal(average, base + 50n);
  const one = new Durations();
  one.add(7n, false);
  assert.deepEqual([one.summary().p50, one.summary().p99], [7n, 7n]);
});

test("a bucket holds what differs by less than a 64th, and percentiles of buckets are no further off", () => {
  const duration = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).chain((most) => fc.bigInt({ min: 0n, max: most }));
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 50 }), fc.constantFrom(50, 95, 99), (values, percent) => {
      const durations = new Durations();
      for (const value of values) {
        const bucket = BigInt(bucketOf(value));
        assert.ok(bucket <= value && value - bucket <= value / 64n, `${value} in ${bucket}`);
        durations.add(value, false);
      }
      const summary = durations.summary();
      const exact = { 50: summary.p50, 95: summary.p95, 99: summary.p99 }[percent] as bigint;
      assert.equal(histogramPercentile(summary.histogram, percent), BigInt(bucketOf(exact)));
    }),
    { seed: 5 },
  );
});

test("a call is counted from caller to callee, by address where the other side was not traced", () => {
  const { services, calls } = linesOf(
    10,
    { id: "root", component: "web", endpoint: "GET /cart/5", from: "10.0.0.1:80", start: 0, end: 90, status: 404 },
    { id: "call", parentId: "root", direction: "Egress", component: "web", to: "10.0.0.2:80", start: 10, end: 60 },
    { id: "cart", parentId: "call", component: "cart", endpoint: "GET /", start: 20, end: 50, status: 500 },
    { id: "db", parentId: "cart", direction: "Egress", component: "cart", to: "10.0.0.9:5432", start: 21, end: 22 },
    { id: "bad", parentId: "root", direction: "Egress", component: "web", start: 70, end: 80, status: 404 },
  );
  const servedLines = services.map(({ service, endpoint, line }) => [
    service,
    endpoint,
    line.durations.summary().p50,
    line.durations.summary().errors,
  ]);
  assert.deepEqual(servedLines, [
    ["web", "GET /cart/{id}", 90n, 0],
    ["cart", "GET /", 30n, 1],
  ]);
  const called = calls.map(({ caller, callee, line }) => [caller, callee, line.unseen, line.networkTime]);
  assert.deepEqual(called, [
    ["web", "cart", 0, 20n],
    ["web", "unknown", 1, 0n],
    ["cart", "10.0.0.9:5432", 1, 0n],
  ]);
  const errors = calls.map(({ line }) => line.durations.summary().errors);
  assert.deepEqual(errors, [0, 1, 0]);
});

test("beyond the bound, endpoints and callees that came seldom go together as other, in any order", () => {
  const sketches = Array.from({ length: 30 }, (_, place): SpanSketch[] => [
    { id: `i${place}`, component: "web", endpoint: `/p${Math.floor(Math.sqrt(place))}`, start: 0, end: place },
    { id: `e${place}`, direction: "Egress", component: "web", to: `10.0.0.${place % 7}:80`, start: 0, end: 1 },
  ]).flat();
  const lines = linesOf(2, ...sketches);
  const texts = [...metricDocuments(0, lines).values()].map(({ text }) => text).sort();
  const turned = [...metricDocuments(0, linesOf(2, ...sketches.reverse())).values()].map(({ text }) => text).sort();
  assert.deepEqual(turned, texts);
  assert.deepEqual(lines.services.map(({ endpoint, line }) => [endpoint, line.count]).sort(), [
    ["/p3", 7],
    ["/p4", 9],
    ["other", 14],
  ]);
  assert.deepEqual(new Set(lines.calls.map(({ callee }) => callee)), new Set(["10.0.0.0:80", "10.0.0.1:80", "other"]));
  assert.equal(lines.foldedNames, 4 + 5);
});

test("a document says all of a line, its nanoseconds to the last digit", () => {
  const [document] = metricDocuments(
    60_000,
    linesOf(
      5,
      { id: "a", component: "web", start: 0, end: 3, status: 500 },
      { id: "b", component: "web", start: 0, end: 4 },
    ),
  ).values();
  assert.equal(
    document?.text,
    '{"minute":60000,"service":"web","endpoint":"GET /","count":2,"errors":1,"throughput":0.03333333333333333' +
      ',"avg_duration":3,"p50_duration":3,"p95_duration":4,"p99_duration":4,"max_duration":4,"histogram":[[3,1],[4,1]]}',
  );
});

test("minutes are kept as ranges", () => {
  const minutes = [0, 60_000, 120_000, 600_000, 60_000];
  assert.deepEqual(toRanges(minutes), [
    [0, 120_000],
    [600_000, 600_000],
  ]);
  assert.deepEqual([...minutesIn(toRanges(minutes))], [0, 60_000, 120_000, 600_000]);
});
