import assert from "node:assert/strict";
import { test } from "node:test";
import { assembleTrace } from "../../../assembler/trace/assemble-trace";
import { documentOf } from "./support/document-of";
import { type AgentSketch, callBetween, membersOf } from "./support/trace-members";

const root: AgentSketch = { id: "root", agent: "front", start: 0, end: 1000 };
const traceOf = (sketches: readonly AgentSketch[]) => assembleTrace(membersOf(sketches), () => false);
const operationsOf = (sketches: readonly AgentSketch[]) => traceOf(sketches).operations;

test("a call and the request it arrived as are one operation, with the time on the way there and back", () => {
  const call = callBetween(
    "call",
    "root",
    { agent: "front", start: 10, end: 50 },
    { agent: "back", start: 15, end: 48 },
  );
  assert.deepEqual(operationsOf([root, ...call]), [
    { clientSpanId: "call", serverSpanId: "call.s", networkTime: 7n, requestTime: 5n, responseTime: 2n },
  ]);
  const written =
    '"operations":[{"client_span_id":"call","server_span_id":"call.s","network_ns":7,"request_ns":5,"response_ns":2}]';
  assert.ok(documentOf(traceOf([root, ...call])).includes(written));
});

test("between hosts whose clocks differ only both ways together can be told", () => {
  const call = callBetween(
    "call",
    "root",
    { agent: "front", start: 10, end: 50 },
    { agent: "back", clock: -9_000_000_000n, start: 15, end: 48 },
  );
  const [operation] = operationsOf([root, ...call]);
  assert.deepEqual(
    [operation?.networkTime, operation?.requestTime, operation?.responseTime],
    [7n, undefined, undefined],
  );
});

test("two hosts that share one wrong clock tell both ways apart", () => {
  const clock = -9_000_000_000n;
  const operations = operationsOf([
    root,
    ...callBetween("a", "root", { agent: "front", start: 10, end: 50 }, { agent: "mid", clock, start: 20, end: 40 }),
    ...callBetween(
      "b",
      "a.s",
      { agent: "mid", clock, start: 22, end: 38 },
      { agent: "mid", clock, start: 25, end: 37 },
    ),
  ]);
  assert.deepEqual(operations[1], {
    clientSpanId: "b",
    serverSpanId: "b.s",
    networkTime: 4n,
    requestTime: 3n,
    responseTime: 1n,
  });
});

test("a server that is at it longer than its client waits has no time on the network", () => {
  const call = callBetween(
    "call",
    "root",
    { agent: "front", start: 10, end: 50 },
    { agent: "back", start: 15, end: 90 },
  );
  assert.deepEqual(operationsOf([root, ...call]), [
    {
      clientSpanId: "call",
      serverSpanId: "call.s",
      networkTime: undefined,
      requestTime: undefined,
      responseTime: undefined,
    },
  ]);
});

test("of several requests under one call, that on the other end of its connection is the same operation", () => {
  const client: AgentSketch = {
    id: "call",
    parentId: "root",
    agent: "front",
    direction: "Egress",
    from: "10.0.0.1:4000",
    to: "10.0.0.2:80",
    start: 10,
    end: 50,
  };
  const proxied: AgentSketch = {
    id: "first",
    parentId: "call",
    agent: "back",
    from: "10.0.0.3:80",
    to: "10.0.0.9:1",
    start: 12,
    end: 20,
  };
  const direct = { ...proxied, id: "second", from: "10.0.0.2:80", to: "10.0.0.1:4000", start: 30, end: 40 };
  assert.deepEqual(
    operationsOf([root, client, proxied, direct]).map(({ serverSpanId }) => serverSpanId),
    ["second"],
  );
  assert.deepEqual(
    operationsOf([root, client, proxied]).map(({ serverSpanId }) => serverSpanId),
    ["first"],
  );
});

test("a call nobody was seen to receive, and a call under a call, are no operation", () => {
  const lone: AgentSketch = { id: "lone", parentId: "root", agent: "front", direction: "Egress", start: 1, end: 9 };
  const nested: AgentSketch = { ...lone, id: "nested", parentId: "lone", start: 2, end: 8 };
  assert.deepEqual(operationsOf([root, lone, nested]), []);
});
