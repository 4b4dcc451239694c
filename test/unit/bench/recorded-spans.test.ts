import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { recordedSpans } from "../../../bench/workloads/recorded-spans";
import { readRecording } from "../../../bench/workloads/recordings";
import { type SpanSketch, spanOf } from "../assembler/support/span-text";

const web = "10.0.0.1:5000";
const users = "10.0.0.2:80";

/** A request to `web` (process 1), its call of `users` (process 2), and that call as `users` saw it. */
function request(id: string, start = 0): SpanSketch[] {
  const headers = [`x-request-id: ${id}`, "Host: web"];
  const at = (from: number, to: number) => ({ headers, start: start + from, end: start + to });
  return [
    { id: `${id}-asked`, component: "web", ...at(0, 100) },
    { id: `${id}-call`, component: "web", direction: "Egress", from: web, to: users, ...at(10, 50) },
    { id: `${id}-served`, component: "users", process: 2, from: users, to: web, ...at(20, 40) },
  ];
}

function record(sketches: readonly SpanSketch[]): Record<string, unknown>[] {
  const lines = recordedSpans(sketches.map((sketch) => spanOf(sketch))).trimEnd();
  return lines.split("\n").map((line) => JSON.parse(line));
}

test("a call belongs to its process' request of the same id, a request to the call on the same connection", () => {
  const lines = record([...request("r1"), ...request("r2", 5)].reverse());
  assert.deepEqual(
    lines.map(({ trace_id, span_id, parent_id, kind }) => [trace_id, span_id, parent_id, kind]),
    [
      ["r1", "r1-asked", null, "server"],
      ["r2", "r2-asked", null, "server"],
      ["r1", "r1-call", "r1-asked", "client"],
      ["r2", "r2-call", "r2-asked", "client"],
      ["r1", "r1-served", "r1-call", "server"],
      ["r2", "r2-served", "r2-call", "server"],
    ],
  );
});

test("what is recorded of a request does not hold its id", () => {
  const [asked] = record(request("r1"));
  assert.match(String(asked?.request), /Host: web/);
  assert.doesNotMatch(String(asked?.request), /r1|request-id/i);
});

test("spans without the header are left out", () => {
  const lines = record([...request("r1"), { id: "probe", start: 3, end: 4 }]);
  assert.equal(lines.length, 3);
});

test("an id with which a process was asked twice tells no call's request", () => {
  const [asked, ...others] = request("r1") as [SpanSketch, ...SpanSketch[]];
  assert.throws(
    () => record([asked, { ...asked, id: "again" }, ...others]),
    /web: span r1-call has 2 possible parents with r1/,
  );
});

const recorded = join(__dirname, "../../../bench/workloads/recorded");

/** Each request is one of the frontend and asks the catalog, which asks the backend; most ask the cart as well. */
for (const { file, carts } of [
  { file: "demo-c1.ndjson.gz", carts: 288 },
  { file: "demo-c8.ndjson.gz", carts: 279 },
])
  test(`${file} holds 320 requests of the demo, every call with its true request`, () => {
    const [shown, masked, ...more] = readRecording(join(recorded, file));
    assert.equal(shown?.spans, 320 * 5 + carts * 4);
    assert.equal(shown?.processes.length, 3);
    const of = (name: string) => shown?.processes.find((process) => process.name === name);
    const services = ["frontend", "catalog", "cart"].map(of);
    assert.deepEqual(
      services.map((process) => process?.traffic.requests.length),
      [320, 320, carts],
    );
    assert.deepEqual(
      services.map((process) => process?.truth.requestOf.filter((place) => place >= 0).length),
      [320 + carts, 320, carts],
    );
    assert.equal(new Set(of("frontend")?.truth.traceOf).size, 320);
    assert.deepEqual(more, []);
    assert.equal(masked?.name, `${shown?.name}-masked`);
    const text = gunzipSync(readFileSync(join(recorded, file))).toString("utf8");
    assert.doesNotMatch(text, /x-request-id/i);
  });
