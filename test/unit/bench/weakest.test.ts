import assert from "node:assert/strict";
import { test } from "node:test";
import type { Choice } from "../../../assembler/correlate/algorithm";
import { weakestProcess } from "../../../bench/correlation/weakest";
import type { ObservedProcess } from "../../../bench/workloads/workload";

function process(name: string, requestOf: number[], traceOf: string[]): ObservedProcess {
  return { name, traffic: { requests: [], calls: [] }, truth: { requestOf, traceOf } };
}

function choices(...requests: number[]): Choice[] {
  return requests.map((request) => ({ request, confidence: 1, runnerUp: -1, evidence: "timing" }));
}

test("the weakest process is the one that costs the most traces, not the one with the most wrong calls", () => {
  const traces = ["a", "b", "c", "d"];
  const busy = process("busy", [0, 0, 0, 1, 2, 3], ["a", "a", "a", "b", "c", "d"]);
  const quiet = process("quiet", [0, 1, 2, 3], traces);
  const weakest = weakestProcess([busy, quiet], [choices(1, 1, 1, 1, 2, 3), choices(0, 1, 3, 2)]);
  assert.deepEqual(weakest, { process: "quiet", pair: 0.5, endToEndIfRight: 0.75 });
});

test("without processes there is no weakest one", () => {
  assert.equal(weakestProcess([], []), undefined);
});
