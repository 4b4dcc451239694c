import assert from "node:assert/strict";
import { test } from "node:test";
import { correlateAll } from "../../../assembler/correlate/correlator";
import { IdentifyingHeaders } from "../../../assembler/correlate/identifying-headers";
import { withoutIdHeaders } from "../../../assembler/correlate/without-id-headers";
import { traceParentOf } from "../../../assembler/span/trace-headers";
import { clearHeader, grpcRequest } from "./support/messages";
import { spanOf } from "./support/span-text";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
const none = "";

/** The message as a JSON string holds it, without its quotes. */
function head(...lines: string[]): string {
  return JSON.stringify(["GET / HTTP/1.1", "Host: a", ...lines].join("\r\n")).slice(1, -1);
}

const halfId = `${"0".repeat(16)}a3ce929d0e0e4736`;

const valid: [what: string, lines: string[], trace: string, parent: string][] = [
  ["b3 with all its fields", [`b3: ${traceId}-${parentId}-1-05e3ac9a4f6e3b90`], traceId, parentId],
  ["b3 without a decision on sampling", [`B3: ${traceId}-${parentId}`], traceId, parentId],
  ["b3 with an id of 64 bits", [`b3: a3ce929d0e0e4736-${parentId}-0`], halfId, parentId],
  ["b3 in capitals", [`b3: ${traceId.toUpperCase()}-${parentId}-d`], traceId, parentId],
  ["X-B3 as Zipkin writes it", [`X-B3-TraceId: ${traceId}`, `X-B3-SpanId: ${parentId}`], traceId, parentId],
  ["X-B3 as Go writes it", [`X-B3-Spanid: ${parentId}`, `X-B3-Traceid: ${traceId}`], traceId, parentId],
  ["x-b3 with ids of 64 bits", ["x-b3-traceid: a3ce929d0e0e4736", "x-b3-spanid: a2fb4a1d"], halfId, "00000000a2fb4a1d"],
  ["x-b3 without a span", [`x-b3-traceid: ${traceId}`, "x-b3-sampled: 1"], traceId, none],
  ["uber-trace-id", [`uber-trace-id: ${traceId}:${parentId}:0:1`], traceId, parentId],
  ["uber-trace-id, escaped and short", ["Uber-Trace-Id: a3ce929d0e0e4736%3Af067aa0ba902b7%3A0%3A1"], halfId, parentId],
  [
    "x-datadog with the upper half of its trace id",
    [
      "x-datadog-trace-id: 11803532876627986230",
      "x-datadog-parent-id: 67667974448284343",
      "x-datadog-tags: _dd.p.dm=-1,_dd.p.tid=4bf92f3577b34da6",
    ],
    traceId,
    parentId,
  ],
  ["x-datadog of 64 bits", ["X-Datadog-Trace-Id: 11803532876627986230"], halfId, none],
  [
    "X-Amzn-Trace-Id",
    [`X-Amzn-Trace-Id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=${parentId};Sampled=1`],
    traceId,
    parentId,
  ],
  [
    "X-Amzn-Trace-Id of a load balancer",
    ["x-amzn-trace-id: Self=1-67891234-12456789abcdef012345678; Root=1-4bf92f35-77b34da6a3ce929d0e0e4736"],
    traceId,
    none,
  ],
];

for (const [what, lines, trace, parent] of valid) {
  test(`${what} says which trace a request belongs to`, () => {
    assert.deepEqual(traceParentOf(head(...lines)), { traceId: trace, parentId: parent });
    assert.equal(spanOf({ id: "s", start: 1, end: 2, headers: lines }).traceId, trace);
    assert.equal(traceParentOf(withoutIdHeaders(head(...lines, ""))), undefined, "and is hidden with the others");
  });
}

const invalid: [what: string, lines: string[]][] = [
  ["b3 that only says not to sample", ["b3: 0"]],
  ["b3 of zeros", [`b3: ${"0".repeat(32)}-${parentId}`]],
  ["b3 in the body", ["", `b3: ${traceId}-${parentId}`]],
  ["b3 of another length", [`b3: ${traceId}0-${parentId}`]],
  ["a header that ends in b3", [`X-b3: ${traceId}-${parentId}`]],
  ["an X-B3-TraceId that is too long", [`X-B3-TraceId: ${traceId}0`]],
  ["an X-B3-SpanId alone", [`X-B3-SpanId: ${parentId}`]],
  ["an X-B3-TraceId in the body", ["", `X-B3-TraceId: ${traceId}`]],
  ["uber-trace-id with a field too few", [`uber-trace-id: ${traceId}:${parentId}:0`]],
  ["x-datadog-trace-id beyond 64 bits", ["x-datadog-trace-id: 18446744073709551616"]],
  ["x-datadog-trace-id 0", ["x-datadog-trace-id: 0"]],
  ["X-Amzn-Trace-Id without a root", [`X-Amzn-Trace-Id: Self=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=${parentId}`]],
  ["a word like trace in another header", ["X-Race: tracing traces"]],
];

for (const [what, lines] of invalid) {
  test(`${what} counts as none`, () => assert.equal(traceParentOf(head(...lines)), undefined));
}

test("traceparent goes before the others, and one that is not valid does not keep them from being read", () => {
  const other = `b3: ${"a".repeat(32)}-${"b".repeat(16)}`;
  assert.equal(traceParentOf(head(other, `traceparent: 00-${traceId}-${parentId}-01`))?.traceId, traceId);
  assert.equal(traceParentOf(head(`traceparent: 00-${traceId}-${"0".repeat(16)}-01`, other))?.traceId, "a".repeat(32));
});

test("of the requests open on an event loop the one of the call's trace is served, whichever header names it", () => {
  const b3 = (digit: string, span: string) => [`b3: ${digit.repeat(32)}-${span.repeat(16)}-1`];
  const spans = [
    spanOf({ id: "r1", direction: "Ingress", start: 0, end: 100, headers: b3("a", "1") }),
    spanOf({ id: "r2", direction: "Ingress", start: 0, end: 100, headers: b3("b", "2") }),
    spanOf({ id: "c", direction: "Egress", to: "10.0.0.9:80", start: 10, end: 20, headers: b3("b", "3") }),
  ];
  const [link] = correlateAll(spans, new IdentifyingHeaders(["traceparent"])).values();
  assert.deepEqual(link, { parentId: "r2", method: "identifier", confidence: 0.99 });
});

test("over gRPC they are read where they are in clear", () => {
  const request = grpcRequest(
    "/shop.Cart/Add",
    clearHeader("x-b3-traceid", traceId),
    clearHeader("x-b3-spanid", parentId),
  );
  assert.equal(spanOf({ id: "s", start: 1, end: 2, protocol: "gRPC", request }).traceId, traceId);
});
