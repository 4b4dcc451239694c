import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange, ProcessTraffic } from "../../../assembler/correlate/algorithm";
import { algorithms } from "../../../assembler/correlate/algorithms";
import { traffic as fromText } from "./traffic-text";

const ms = 1e6;

function places(name: keyof typeof algorithms, traffic: ProcessTraffic): number[] {
  return algorithms[name](traffic).map(({ request }) => request);
}

/** Requests that call after 5 ms (quick) or 50 ms (slow), alone; then pairs in which the quick one overtakes the slow. */
function overtaking(pairs: number): { traffic: ProcessTraffic; truth: number[] } {
  const requests: Exchange[] = [];
  const calls: (Exchange & { of: string })[] = [];
  const ask = (key: string, start: number, wobble: number) => {
    const id = `r${requests.length}`;
    const at = start + (key === "quick" ? 5 : 50) * ms + wobble;
    requests.push({ id, start, end: start + 80 * ms, thread: 0, key, identifiers: [] });
    calls.push({ id: `c${calls.length}`, start: at, end: at + ms, thread: 0, key: "store", identifiers: [], of: id });
  };
  const alone = 40;
  for (let turn = 0; turn < alone; turn += 1) ask(turn % 2 === 0 ? "quick" : "slow", turn * 200 * ms, (turn % 7) * 1e4);
  for (let pair = 0; pair < pairs; pair += 1) {
    const start = (alone + pair) * 200 * ms;
    ask("slow", start, (pair % 5) * 1e4);
    ask("quick", start + 10 * ms, (pair % 3) * 1e4);
  }
  requests.sort((left, right) => left.start - right.start);
  calls.sort((left, right) => left.start - right.start);
  const truth = calls.map(({ of }) => requests.findIndex(({ id }) => id === of));
  return { traffic: { requests, calls }, truth };
}

test("every algorithm gives a call to the only request that was open", () => {
  const traffic = fromText(["r1 0..10", "r2 20..30"], ["x 2..5", "x 22..25"]);
  for (const name of Object.keys(algorithms) as (keyof typeof algorithms)[])
    assert.deepEqual(places(name, traffic), [0, 1], name);
});

test("no published algorithm gives a request to a call made while none was open", () => {
  const traffic = fromText(["r1 0..10", "r2 20..30"], ["x 12..15", "x 22..25"]);
  for (const name of ["fifo", "vpath", "wap5", "traceweaver", "deeptrace"] as const)
    assert.equal(algorithms[name](traffic)[0]?.request, -1, name);
});

test("first come, first served gives each request one call of a callee, in their order", () => {
  const choices = algorithms.fifo(fromText(["r1 0..100", "r2 10..100"], ["x 20..30", "x 40..50"]));
  assert.deepEqual(choices[0], { request: 0, confidence: 0.5, runnerUp: 1, evidence: "order" });
  assert.deepEqual(choices[1], { request: 1, confidence: 1, runnerUp: -1, evidence: "order" });
});

test("first come, first served passes over a request that ended before the call did", () => {
  assert.deepEqual(places("fifo", fromText(["r1 0..25", "r2 10..100"], ["x 20..30"])), [1]);
});

test("first come, first served lets a call outlast its request where no other was open", () => {
  assert.deepEqual(places("fifo", fromText(["r1 0..25"], ["x 20..30"])), [0]);
});

test("vPath gives a call to the request that its thread read last", () => {
  const traffic = fromText(["r1 0..100 thread 1", "r2 10..100 thread 2"], ["x 20..30 thread 2", "x 40..50 thread 1"]);
  assert.deepEqual(places("vpath", traffic), [1, 0]);
});

test("vPath finds no request for a call on a thread that read none", () => {
  assert.deepEqual(places("vpath", fromText(["r1 0..100 thread 1"], ["x 20..30 thread 9"])), [-1]);
});

test("vPath lets a thread that read a response go on with the request of that call", () => {
  const traffic = fromText(
    ["r1 0..100 thread 1", "r2 10..100 thread 2"],
    ["x 20..30 thread 1 then 7", "y 40..50 thread 7 then 7"],
  );
  assert.deepEqual(places("vpath", traffic), [0, 0]);
});

test("WAP5 gives a call to the request that came shortly before it", () => {
  const choice = algorithms.wap5(fromText(["r1 0..100", "r2 18..100"], ["x 20..30"]))[0];
  assert.equal(choice?.request, 1);
  assert.equal(choice?.runnerUp, 0);
});

test("TraceWeaver learns delays and so tells requests that overtake each other", () => {
  const { traffic, truth } = overtaking(10);
  assert.notDeepEqual(places("fifo", traffic), truth);
  assert.deepEqual(places("traceweaver", traffic), truth);
});

test("DeepTrace learns delays and so tells requests that overtake each other", () => {
  const { traffic, truth } = overtaking(10);
  assert.deepEqual(places("deeptrace", traffic), truth);
});

test("DeepTrace follows identifiers against the order of time", () => {
  const requests = ["r1 0..100 has aaa,common", "r2 1..100 has bbb,common", "r3 2..100 has ccc,common"];
  const traffic = fromText(requests, ["x 20..30 has ccc,common", "x 21..31 has bbb,common", "x 22..32 has aaa,common"]);
  assert.deepEqual(places("deeptrace", traffic), [2, 1, 0]);
  assert.equal(algorithms.deeptrace(traffic)[1]?.evidence, "identifier");
});

test("every confidence is a probability and every runner-up another request", () => {
  const { traffic } = overtaking(20);
  for (const name of ["fifo", "vpath", "wap5", "traceweaver", "deeptrace"] as const)
    for (const { request, confidence, runnerUp } of algorithms[name](traffic)) {
      assert.ok(confidence >= 0 && confidence <= 1, `${name}: ${confidence}`);
      assert.ok(runnerUp === -1 || runnerUp !== request, name);
    }
});

test("a process without requests or without calls is no trouble", () => {
  for (const name of ["fifo", "vpath", "wap5", "traceweaver", "deeptrace"] as const) {
    assert.deepEqual(algorithms[name]({ requests: [], calls: [] }), []);
    assert.deepEqual(algorithms[name](fromText(["r1 0..10"], [])), []);
    assert.deepEqual(places(name, fromText([], ["x 0..10"])), [-1]);
  }
});
