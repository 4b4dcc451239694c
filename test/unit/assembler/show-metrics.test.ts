import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredCall } from "../../../assembler/show/find-metrics";
import { mergeLines } from "../../../assembler/show/merged-lines";
import { renderCallGraph, renderServiceTable } from "../../../assembler/show/metrics-table";

const ms = 1_000_000;

function call(minute: number, caller: string, callee: string, count: number, duration: number, unseen = 0): StoredCall {
  const durations = { avg_duration: duration, p50_duration: duration, p95_duration: duration, p99_duration: duration };
  return {
    minute,
    caller,
    callee,
    protocol: "HTTP1",
    endpoint: "GET /",
    count,
    errors: minute === 0 ? 1 : 0,
    unseen,
    ...durations,
    max_duration: duration,
    histogram: [[duration, count]],
  };
}

const calls = [
  call(0, "frontend", "catalog", 90, 64 * ms),
  call(60_000, "frontend", "catalog", 10, 1024 * ms),
  call(60_000, "catalog", "10.0.0.9:5432", 4, 2 * ms, 4),
  call(60_000, "frontend", "cart", 4, 2 * ms, 1),
];
const edges = mergeLines(calls, ({ caller, callee }) => [caller, callee]);

test("minutes are added up, with percentiles over all of their durations", () => {
  const [first] = edges;
  assert.deepEqual(first, {
    names: ["frontend", "catalog"],
    count: 100,
    errors: 1,
    unseen: 0,
    max_duration: 1024 * ms,
    per_second: 100 / 120,
    avg_duration: 160 * ms,
    p50_duration: 64 * ms,
    p95_duration: 1024 * ms,
    p99_duration: 1024 * ms,
  });
});

test("the call graph names each caller once, then whom it calls, and what was not seen there", () => {
  const lines = renderCallGraph(edges).split("\n");
  assert.deepEqual(lines.slice(1), [
    "frontend",
    "  -> catalog                                  100    0.83    1.0   160.00    64.00  1024.00  1024.00",
    "  -> cart (1 unseen)                            4    0.03    0.0     2.00     2.00     2.00     2.00",
    "catalog",
    "  -> 10.0.0.9:5432 (untraced)                   4    0.03    0.0     2.00     2.00     2.00     2.00",
  ]);
  for (const line of lines) assert.ok(line.length <= 100);
});

test("the table of services has a line for each endpoint, of at most 100 columns", () => {
  const lines = renderServiceTable(edges).split("\n");
  assert.equal(lines.length, 4);
  assert.match(lines[0] as string, /^SERVICE +ENDPOINT +COUNT +PER S +ERR % +AVG MS +P50 +P95 +P99$/);
  for (const line of lines) assert.ok(line.length <= 100);
});
