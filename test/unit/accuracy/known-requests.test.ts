import assert from "node:assert/strict";
import { test } from "node:test";
import { KnownRequests } from "../../../assembler/accuracy/known-requests";
import { IdentifyingHeaders } from "../../../assembler/correlate/identifying-headers";
import { PlacedSpan } from "../../../assembler/correlate/placed-span";
import { requestOfSpan } from "../../../assembler/span/request-of-span";
import type { Span } from "../../../assembler/span/span";
import { type SpanSketch, spanOf } from "../assembler/support/span-text";

const headers = new IdentifyingHeaders(["traceparent", "x-request-id"]);
const second = 1_000_000_000;
const id = (value: string) => `X-Request-Id: ${value}`;
const trace = (digit: string) => `traceparent: 00-${digit.repeat(32)}-${"1".repeat(16)}-01`;

function request(name: string, lines: string[], more: Partial<SpanSketch> = {}): Span {
  return spanOf({ id: name, direction: "Ingress", start: 0, end: 100, headers: lines, ...more });
}

/** Name of the request that a call with these header lines is known to be made for. */
function knownFor(requests: readonly Span[], lines: string[], more: Partial<SpanSketch> = {}): string | undefined {
  const known = new KnownRequests();
  const valuesOf = (span: Span) => headers.valuesIn(requestOfSpan(span), span.traceId);
  for (const span of requests) known.add(new PlacedSpan(span), valuesOf(span));
  const call = spanOf({ id: "c", direction: "Egress", start: 10, end: 20, headers: lines, ...more });
  return known.requestOf(new PlacedSpan(call), valuesOf(call))?.span.spanId;
}

test("a call is known to be made for the one request whose id it carries", () => {
  const requests = [request("r1", [id("a")]), request("r2", [id("b")]), request("r3", [])];
  assert.equal(knownFor(requests, [id("b")]), "r2");
  assert.equal(knownFor(requests, [id("c")]), undefined);
  assert.equal(knownFor(requests, []), undefined);
});

test("an id that several requests carry says nothing, at once or one after the other: a client may try again", () => {
  const again = { start: 2 * second, end: 3 * second };
  assert.equal(knownFor([request("r1", [id("a")]), request("r2", [id("a")])], [id("a")]), undefined);
  assert.equal(knownFor([request("r1", [id("a")]), request("r2", [id("a")], again)], [id("a")]), undefined);
});

test("calls tried again are known to be made for the same request", () => {
  const requests = [request("r1", [id("a")]), request("r2", [id("b")])];
  assert.equal(knownFor(requests, [id("a")], { id: "first", status: 503 }), "r1");
  assert.equal(knownFor(requests, [id("a")], { id: "second" }), "r1");
});

test("a call that the request did not wait for is known to be made for it, but not one that begins long after", () => {
  const requests = [request("r1", [id("a")])];
  assert.equal(knownFor(requests, [id("a")], { start: 4 * second, end: 5 * second }), "r1");
  assert.equal(knownFor(requests, [id("a")], { start: 6 * second, end: 7 * second }), undefined);
});

test("a call that began before the request with its id was made for another one", () => {
  assert.equal(knownFor([request("r1", [id("a")], { start: 50 })], [id("a")]), undefined);
});

test("where both headers are there either may tell, as long as they agree", () => {
  const requests = [
    request("r1", [id("a"), trace("1")]),
    request("r2", [id("b"), trace("1")]),
    request("r3", [id("c"), trace("3")]),
  ];
  assert.equal(knownFor(requests, [id("b"), trace("1")]), "r2", "a trace that came to the process twice");
  assert.equal(knownFor(requests, [id("b")]), "r2");
  assert.equal(knownFor(requests, [trace("3")]), "r3");
  assert.equal(knownFor(requests, [trace("1")]), undefined);
  assert.equal(knownFor(requests, [id("a"), trace("3")]), undefined, "they name different requests");
  assert.equal(knownFor(requests, [id("c"), trace("1")]), undefined, "the id's request is of another trace");
});

test("an id that a process makes for its calls names no request; what it passes on beside it does", () => {
  const requests = [request("r1", [id("a")]), request("r2", [id("b")])];
  assert.equal(knownFor(requests, [trace("7"), id("b")]), "r2");
  assert.equal(knownFor(requests, [trace("7")]), undefined);
});
