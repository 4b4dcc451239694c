import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, masked } from "../../../bench/workloads/generate";
import { generatedGraphs, mixedGraph } from "../../../bench/workloads/generated-graphs";
import type { ServiceGraph } from "../../../bench/workloads/simulation/service-graph";
import { simulate, type TrueExchange } from "../../../bench/workloads/simulation/simulate";
import type { ObservedProcess } from "../../../bench/workloads/workload";

const count = 200;

function graphOf(name: string): ServiceGraph {
  const graph = generatedGraphs.find((each) => each.name === name);
  assert.ok(graph, name);
  return graph;
}

function processOf(graph: string, load: number, service: string): ObservedProcess {
  const found = generate({ graph: graphOf(graph), load, count, seed: 1 }).processes.find(
    ({ name }) => name === service,
  );
  assert.ok(found, service);
  return found;
}

function requestsById(happened: readonly TrueExchange[]): Map<string, TrueExchange> {
  return new Map(happened.flatMap((each) => (each.kind === "request" ? [[each.id, each]] : [])));
}

for (const graph of generatedGraphs)
  test(`in ${graph.name} every call lies within its request unless the request did not wait for it`, () => {
    for (const load of [1, 100, 1000]) {
      const happened = simulate(graph, load, count, 1);
      const requests = requestsById(happened);
      for (const call of happened) {
        assert.ok(call.end >= call.start && call.start >= 0, `${call.id} ends before it begins`);
        if (call.kind === "request") continue;
        const request = requests.get(call.requestId);
        assert.equal(request?.service, call.service);
        assert.equal(request?.trace, call.trace);
        assert.ok(call.start >= request.start, `${call.id} begins before its request`);
        if (!call.isDetached) assert.ok(call.end <= request.end, `${call.id} ends after its request`);
      }
      assert.equal(new Set(happened.map(({ trace }) => trace)).size, count);
    }
  });

test("the same seed gives the same workload, another seed another", () => {
  const options = { graph: mixedGraph, load: 100, count, seed: 5, lost: 0.1, identified: 0.5 };
  assert.deepEqual(generate(options), generate(options));
  assert.notDeepEqual(generate(options), generate({ ...options, seed: 6 }));
});

test("what agents lose does not change what happened", () => {
  const options = { graph: mixedGraph, load: 100, count, seed: 5 };
  const whole = generate(options).spans;
  const lossy = generate({ ...options, lost: 0.2 });
  assert.ok(Math.abs(lossy.spans / whole - 0.8) < 0.05, `${lossy.spans} of ${whole}`);
  const unknown = lossy.processes.flatMap(({ truth }) => truth.requestOf).filter((request) => request < 0);
  assert.ok(unknown.length > 0);
});

test("requests come at the load that was asked for", () => {
  for (const load of [1, 100, 1000]) {
    const requests = processOf("green-threads", load, "shop").traffic.requests;
    const seconds = ((requests.at(-1)?.start ?? 0) - (requests[0]?.start ?? 0)) / 1e9;
    assert.ok(Math.abs(requests.length / seconds / load - 1) < 0.25, `${requests.length} in ${seconds} s at ${load}/s`);
  }
});

test("where each request has a thread, its calls are made on it and it has no other request meanwhile", () => {
  const { traffic, truth } = processOf("thread-per-request", 500, "shop");
  const busyUntil = new Map<number, number>();
  for (const { thread, start, end } of traffic.requests) {
    assert.ok((busyUntil.get(thread) ?? 0) <= start);
    busyUntil.set(thread, end);
  }
  for (const [place, call] of traffic.calls.entries())
    assert.equal(traffic.requests[truth.requestOf[place] ?? -1]?.thread, call.thread);
});

test("a thread pool reads on one thread and calls on others", () => {
  const { traffic } = processOf("thread-pool", 500, "shop");
  const readers = new Set(traffic.requests.map(({ thread }) => thread));
  const workers = new Set(traffic.calls.map(({ thread }) => thread));
  assert.equal(readers.size, 1);
  assert.ok(workers.size > 1);
  assert.ok(![...workers].some((thread) => readers.has(thread)));
});

test("an event loop does everything on one thread", () => {
  const { traffic } = processOf("event-loop", 500, "shop");
  assert.equal(new Set([...traffic.requests, ...traffic.calls].map(({ thread }) => thread)).size, 1);
});

test("green threads make some calls on another thread than the request was read on", () => {
  const { traffic, truth } = processOf("green-threads", 500, "shop");
  const isSame = traffic.calls.map(
    ({ thread }, place) => traffic.requests[truth.requestOf[place] ?? -1]?.thread === thread,
  );
  assert.ok(isSame.includes(true) && isSame.includes(false));
});

test("a cache that misses one in five asks the store that often", () => {
  const { traffic } = processOf("caching", 100, "catalog");
  const share = traffic.calls.filter(({ key }) => key === "stock query").length / traffic.requests.length;
  assert.ok(Math.abs(share - 0.2) < 0.1, String(share));
});

test("a payment that fails is tried again", () => {
  const { traffic, truth } = processOf("retries", 100, "checkout");
  const tries = new Map<number, number>();
  for (const [place, { key }] of traffic.calls.entries())
    if (key === "bank POST /charge") {
      const request = truth.requestOf[place] as number;
      tries.set(request, (tries.get(request) ?? 0) + 1);
    }
  assert.deepEqual([...new Set(tries.values())].sort(), [1, 2, 3]);
});

test("a broker without an agent is not seen, those it serves are", () => {
  const names = generate({ graph: graphOf("queue"), load: 100, count, seed: 1 }).processes.map(({ name }) => name);
  assert.deepEqual(names.sort(), ["orders", "shipping"]);
});

test("hosts' clocks differ", () => {
  const { processes } = generate({ graph: graphOf("chain"), load: 100, count, seed: 1 });
  const starts = processes.map(({ traffic }) => traffic.requests[0]?.start ?? 0).sort((left, right) => left - right);
  assert.ok((starts.at(-1) ?? 0) - (starts[0] ?? 0) > 1e8, starts.join(", "));
});

test("masking leaves times and truth and takes all identifiers", () => {
  const shown = generate({ graph: mixedGraph, load: 100, count, seed: 1, identified: 0.7 });
  const hidden = masked(shown);
  const tokens = (all: readonly ObservedProcess[]) =>
    all.flatMap(({ traffic }) => [...traffic.requests, ...traffic.calls].flatMap(({ identifiers }) => identifiers));
  assert.ok(tokens(shown.processes).length > 0);
  assert.deepEqual(tokens(hidden.processes), []);
  assert.equal(hidden.name, "mixed-100-masked");
  assert.deepEqual(
    hidden.processes.map(({ truth }) => truth),
    shown.processes.map(({ truth }) => truth),
  );
});
