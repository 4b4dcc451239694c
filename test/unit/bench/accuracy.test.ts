import assert from "node:assert/strict";
import { test } from "node:test";
import type { Choice } from "../../../assembler/correlate/algorithm";
import { accuracyOf, withheldBelow } from "../../../bench/correlation/accuracy";
import type { ObservedProcess } from "../../../bench/workloads/workload";

/** A process of which only the truth matters. */
function process(requestOf: number[], traceOf: string[]): ObservedProcess {
  return { name: "p", traffic: { requests: [], calls: [] }, truth: { requestOf, traceOf } };
}

function choices(...chosen: (number | [request: number, confidence: number])[]): Choice[] {
  return chosen.map((each) => {
    const [request, confidence] = typeof each === "number" ? [each, 1] : each;
    return { request, confidence, runnerUp: -1, evidence: "timing" };
  });
}

test("of four calls, two requests and two traces, one wrong call leaves three, one and one", () => {
  const processes = [process([0, 0, 1, 1], ["a", "a", "b", "b"])];
  assert.deepEqual(accuracyOf(processes, [choices(0, 0, 1, 0)]), { pair: 0.75, service: 0.5, endToEnd: 0.5 });
});

test("a trace counts only if its calls are right in every process", () => {
  const processes = [process([0, 1], ["a", "b"]), process([0, 1], ["a", "b"])];
  const accuracy = accuracyOf(processes, [choices(0, 1), choices(0, 0)]);
  assert.deepEqual(accuracy, { pair: 0.75, service: 0.75, endToEnd: 0.5 });
});

test("a call without an answer is wrong", () => {
  assert.equal(accuracyOf([process([0], ["a"])], [choices(-1)]).endToEnd, 0);
});

test("a call whose request was not recorded counts in no accuracy", () => {
  const accuracy = accuracyOf([process([0, -1], ["a", "a"])], [choices(0, 0)]);
  assert.deepEqual(accuracy, { pair: 1, service: 1, endToEnd: 1 });
});

test("choices below the threshold lower recall, not precision", () => {
  const processes = [process([0, 1, 2, 3], ["a", "b", "c", "d"])];
  const given = [choices([0, 0.95], [1, 0.9], [3, 0.6], [3, 0.2])];
  assert.deepEqual(withheldBelow(0.9, processes, given), { precision: 1, recall: 0.5 });
  assert.deepEqual(withheldBelow(0.5, processes, given), { precision: 2 / 3, recall: 0.5 });
});

test("a request asserted for a call whose own was not recorded is wrong", () => {
  const withheld = withheldBelow(0.9, [process([0, -1], ["a", "b"])], [choices(0, 0)]);
  assert.deepEqual(withheld, { precision: 0.5, recall: 1 });
});
