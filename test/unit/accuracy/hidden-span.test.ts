import assert from "node:assert/strict";
import { test } from "node:test";
import { hiddenSpan } from "../../../assembler/accuracy/hidden-span";
import { exchangeOfSpan } from "../../../assembler/correlate/exchange-of-span";
import { IdentifyingHeaders, noHeaders } from "../../../assembler/correlate/identifying-headers";
import { PlacedSpan } from "../../../assembler/correlate/placed-span";
import { requestOfSpan } from "../../../assembler/span/request-of-span";
import type { Span } from "../../../assembler/span/span";
import { spanOf } from "../assembler/support/span-text";

const headers = new IdentifyingHeaders(["traceparent", "x-request-id", "X-Order-Key"]);
const id = "8f14e45f-ceea-467f-a1b2-0c3d4e5f6a7b";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

function hide(span: Span): PlacedSpan {
  const request = requestOfSpan(span);
  return hiddenSpan(new PlacedSpan(span), request, headers.valuesIn(request, span.traceId));
}

function sketched(lines: readonly string[], endpoint = "GET /item"): Span {
  return spanOf({ id: "s", direction: "Egress", to: "10.0.0.9:80", start: 5, end: 9, endpoint, headers: lines });
}

test("neither headers nor trace id nor payload show an id any more, however it is written; other tokens stay", () => {
  const lines = [
    `X-Request-Id: ${id}`,
    `traceparent: 00-${traceId}-00f067aa0ba902b7-01`,
    "X-Order-Key: k7f3x9q2",
    `baggage: trace_id=${traceId.toUpperCase()}`,
    `X-Log: req_${id.replaceAll("-", "")}_1`,
    "Cookie: cart=c0ffee4711; key=k7f3x9q2",
  ];
  const span = sketched(lines);
  assert.equal(span.traceId, traceId);
  const hidden = hide(span);
  const { identifiers, traceId: shown, passedOn } = exchangeOfSpan(hidden, 0n, noHeaders);
  assert.deepEqual([identifiers, shown, passedOn], [["c0ffee4711"], undefined, undefined]);
  assert.ok(exchangeOfSpan(new PlacedSpan(span), 0n, noHeaders).identifiers.length > 1);
});

test("an id in the path is hidden from the endpoint, so that the callee is the same for all", () => {
  const hidden = hide(sketched(["X-Order-Key: ordersofmine"], "GET /ordersofmine/items"));
  assert.equal(hidden.callee, "10.0.0.9:80 GET /*/items");
});

test("a short value hides nothing that holds it by chance", () => {
  const hidden = hide(sketched(["X-Request-Id: 47", "Cookie: cart=c0ffee4711"]));
  assert.deepEqual(hidden.identifiers, ["c0ffee4711"]);
});

test("the span itself stays as it is", () => {
  const span = sketched([`X-Request-Id: ${id}`, `traceparent: 00-${traceId}-00f067aa0ba902b7-01`]);
  const before = { ...span };
  const hidden = hide(span);
  assert.deepEqual({ ...span }, before);
  assert.notEqual(hidden.span, span);
});
