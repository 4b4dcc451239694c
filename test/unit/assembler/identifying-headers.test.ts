import assert from "node:assert/strict";
import { test } from "node:test";
import { correlateAll } from "../../../assembler/correlate/correlator";
import { IdentifyingHeaders } from "../../../assembler/correlate/identifying-headers";
import type { Span } from "../../../assembler/span/span";
import { type SpanSketch, spanOf } from "./support/span-text";

const headers = new IdentifyingHeaders(["traceparent", "X-Request-Id"]);

function request(id: string, more: Partial<SpanSketch>): Span {
  return spanOf({ id, direction: "Ingress", start: 0, end: 100, ...more });
}

function call(id: string, more: Partial<SpanSketch>): Span {
  return spanOf({ id, direction: "Egress", to: "10.0.0.9:80", start: 10, end: 20, ...more });
}

function linkOf(spans: readonly Span[], looking = headers) {
  const [link] = correlateAll(spans, looking).values();
  return link;
}

const requestId = (value: string) => ({ headers: [`X-Request-Id: ${value}`] });
const traceParent = (digit: string) => ({ headers: [`traceparent: 00-${digit.repeat(32)}-${"1".repeat(16)}-01`] });

test("of the requests open on an event loop the one with the call's request id is served", () => {
  const spans = [request("r1", requestId("a")), request("r2", requestId("b")), call("c", requestId("b"))];
  assert.deepEqual(linkOf(spans), { parentId: "r2", method: "identifier", confidence: 0.99 });
});

test("of the requests open on an event loop the one with the call's trace id is served", () => {
  const spans = [request("r1", {}), request("r2", traceParent("b")), call("c", traceParent("b"))];
  assert.deepEqual(linkOf(spans), { parentId: "r2", method: "identifier", confidence: 0.99 });
});

test("if several requests share the call's id, their order decides among these", () => {
  const spans = [
    request("r1", requestId("a")),
    request("r2", requestId("b")),
    request("r3", requestId("b")),
    call("c", requestId("b")),
  ];
  assert.deepEqual(linkOf(spans), { parentId: "r2", method: "order", confidence: 0.5, runnerUp: "r3" });
});

test("without a shared id all open requests are candidates", () => {
  const spans = [request("r1", requestId("a")), request("r2", {}), call("c", requestId("c"))];
  assert.equal(linkOf(spans)?.parentId, "r1");
  assert.equal(linkOf(spans)?.method, "order");
});

test("headers that are not to be looked at tell nothing", () => {
  const spans = [request("r1", requestId("a")), request("r2", requestId("b")), call("c", requestId("b"))];
  assert.equal(linkOf(spans, new IdentifyingHeaders([]))?.method, "order");
});
