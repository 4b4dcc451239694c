import assert from "node:assert/strict";
import { test } from "node:test";
import { headerReader } from "../../../assembler/span/request-headers";
import { traceParentOf } from "../../../assembler/span/trace-headers";
import { spanOf } from "./support/span-text";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
const value = `00-${traceId}-${parentId}-01`;

/** The message as a JSON string holds it, without its quotes. */
function head(...lines: string[]): string {
  return JSON.stringify(["GET / HTTP/1.1", ...lines].join("\r\n")).slice(1, -1);
}

const valid: Record<string, string> = {
  "as libraries write it": head("Host: a", `traceparent: ${value}`, "", "body"),
  "as Go writes it": head(`Traceparent: ${value}`, ""),
  "without a space": head(`traceparent:${value}`),
  "of a later version with more fields": head(`traceparent: cc-${traceId}-${parentId}-01-what-more`),
};

for (const [name, message] of Object.entries(valid)) {
  test(`a traceparent is read ${name}`, () => assert.deepEqual(traceParentOf(message), { traceId, parentId }));
}

const invalid: Record<string, string> = {
  "in the body": head("Host: a", "", `traceparent: ${value}`),
  "inside another header": head(`X-Log: traceparent: ${value}`),
  "of version ff": head(`traceparent: ff-${traceId}-${parentId}-01`),
  "with a trace id of zeros": head(`traceparent: 00-${"0".repeat(32)}-${parentId}-01`),
  "with a parent id of zeros": head(`traceparent: 00-${traceId}-${"0".repeat(16)}-01`),
  "in capitals": head(`traceparent: ${value.toUpperCase()}`),
  "cut short": head(`traceparent: ${value.slice(0, 40)}`),
};

for (const [name, message] of Object.entries(invalid)) {
  test(`a traceparent ${name} counts as none`, () => assert.equal(traceParentOf(message), undefined));
}

test("a span that names no trace is given the one its request names, and one that does keeps its own", () => {
  const sketch = { id: "s1", start: 1, end: 2, headers: [`traceparent: ${value}`] };
  assert.equal(spanOf(sketch).traceId, traceId);
  assert.equal(spanOf({ ...sketch, traceId: "own" }).traceId, "own");
  assert.equal(spanOf({ ...sketch, headers: [] }).traceId, "");
});

test("a header is found by its name in any case, and not in the body", () => {
  const read = headerReader("x-request-id");
  assert.equal(read(head("X-Request-Id:  r1 ", "Accept: */*")), "r1");
  assert.equal(read(head("x-request-id: r2")), "r2");
  assert.equal(read(head("x-request-id-2: r2")), "");
  assert.equal(read(head("Host: a", "", "x-request-id: r3")), "");
});
