import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange, ProcessTraffic } from "../../../assembler/correlate/algorithm";
import { auto } from "../../../assembler/correlate/auto";
import { Ranks } from "../../../assembler/correlate/auto/costs";
import { EndpointDensity, GapSamples } from "../../../assembler/correlate/auto/endpoint-density";
import { Links } from "../../../assembler/correlate/auto/links";
import { IdentifierSharing, PairEvidence } from "../../../assembler/correlate/auto/pair-evidence";
import { atRequestStart, RequestModel } from "../../../assembler/correlate/auto/request-model";
import { assign, type SparseCosts } from "../../../assembler/correlate/auto/sparse-assignment";
import { blockAt, stretchesOf } from "../../../assembler/correlate/auto/stretches";
import { tableOf } from "../../../assembler/correlate/auto/traffic-table";
import { identifiersOf } from "../../../assembler/correlate/identifiers";
import { accuracyOf } from "../../../bench/correlation/accuracy";
import { generate } from "../../../bench/workloads/generate";
import { generatedGraphs } from "../../../bench/workloads/generated-graphs";
import type { ServiceGraph } from "../../../bench/workloads/simulation/service-graph";
import { Random } from "./support/random";

const ms = 1_000_000;

function exchange(id: string, start: number, end: number, more: Partial<Exchange> = {}): Exchange {
  return { id, start, end, thread: 0, key: "k", identifiers: [], ...more };
}

function byTime(left: Exchange, right: Exchange): number {
  return left.start - right.start || right.end - left.end || (left.id < right.id ? -1 : 1);
}

/** Share of calls given the request whose number they carry. */
function rightShare({ requests, calls }: ProcessTraffic): number {
  const choices = auto({ requests, calls });
  const right = calls.filter(({ id }, place) => requests[choices[place]?.request ?? -1]?.id === id.replace("c", "r"));
  return right.length / calls.length;
}

/** Requests that overlap heavily, each with one call some time after its start. */
function traffic(
  random: Random,
  gap: (place: number) => number,
  more: (place: number) => { request: Partial<Exchange>; call: Partial<Exchange> } = () => ({ request: {}, call: {} }),
): ProcessTraffic {
  const requests: Exchange[] = [];
  const calls: Exchange[] = [];
  for (let place = 0; place < 400; place += 1) {
    // Every now and then there is a pause, as no load is the same throughout.
    const start = (place + 12 * Math.floor(place / 10)) * ms + random.int(0, 900) * 1000;
    const called = start + gap(place);
    const { request, call } = more(place);
    requests.push(exchange(`r${place}`, start, called + 4 * ms, request));
    calls.push(exchange(`c${place}`, called, called + 3 * ms, call));
  }
  return { requests: requests.sort(byTime), calls: calls.sort(byTime) };
}

test("a gap that repeats tells calls apart that come in another order than their requests", () => {
  const random = new Random(1);
  const gap = (place: number) => (place % 2 === 0 ? 6 * ms : 2 * ms) + random.int(0, 20) * 1000;
  const endpoints = (place: number) => ({ request: { key: place % 2 === 0 ? "slow" : "fast" }, call: {} });
  const share = rightShare(traffic(random, gap, endpoints));
  assert.ok(share >= 0.98, `${share}`);
});

test("an identifier that one request and one call share decides, whatever the times", () => {
  const random = new Random(2);
  const shared = (place: number) => ({
    request: { identifiers: [`id${place}`, "same"] },
    call: { identifiers: ["same", `id${place}`] },
  });
  assert.equal(rightShare(traffic(random, () => random.int(1000, 9000) * 1000, shared)), 1);
});

test("where each request has a thread to itself, every call goes to its thread's request", () => {
  const random = new Random(3);
  const threads = (place: number) => ({ request: { thread: 1 + (place % 50) }, call: { thread: 1 + (place % 50) } });
  assert.equal(rightShare(traffic(random, () => random.int(1000, 9000) * 1000, threads)), 1);
});

test("of the choices given nine in ten or more, at least nine in ten are right, also where gaps tell little", () => {
  const random = new Random(4);
  const { requests, calls } = traffic(random, () => random.int(1000, 9000) * 1000);
  const sure = auto({ requests, calls }).flatMap((choice, place) =>
    choice.confidence >= 0.9 ? [{ choice, place }] : [],
  );
  const right = sure.filter(({ choice, place }) => requests[choice.request]?.id === calls[place]?.id.replace("c", "r"));
  assert.ok(right.length >= 0.9 * sure.length, `${right.length} of ${sure.length}`);
});

/** Share of traces with every call right, of a simulated workload. */
function rightTraces(name: string, load: number, count = 600, seed = 17): number {
  const graph = generatedGraphs.find((each) => each.name === name) as ServiceGraph;
  const { processes } = generate({ graph, load, count, seed });
  return accuracyOf(
    processes,
    processes.map(({ traffic: of }) => auto(of)),
  ).endToEnd;
}

test("endpoints that call the same store are told apart, also where learning confirms a wrong first guess", () => {
  for (const name of ["event-loop", "green-threads", "mixed"]) {
    const share = rightTraces(name, 500);
    assert.ok(share >= 0.98, `${name}: ${share}`);
  }
});

test("a call made again finds its request, also between two others of it", () => {
  const share = rightTraces("retries", 100);
  assert.ok(share >= 0.99, `${share}`);
});

test("a call made again once more than was seen of any request that was alone has a place too", () => {
  const share = rightTraces("retries", 100, 1000, 105);
  assert.ok(share >= 0.99, `${share}`);
});

test("two requests that hold parts of each other's calls are set right, though no single exchange mends them", () => {
  assert.equal(rightTraces("event-loop", 100, 1000, 6), 1);
});

test("that calls keep the order of their requests says nothing of calls that begin at one moment", () => {
  const exchanged = (second: number) => {
    const requests = [exchange("r0", 0, 9 * ms), exchange("r1", ms, 9 * ms)];
    const calls = [exchange("c0", 5 * ms, 7 * ms), exchange("c1", second, second + ms)];
    const table = tableOf({ requests, calls });
    const links = new Links(table, Int32Array.of(1));
    for (const place of [0, 1]) links.give(place, place);
    const flat = new EndpointDensity(new GapSamples(0), table.endpoints, table.resolution);
    const even = new Float64Array(2 * table.endpoints);
    const told = { anchor: atRequestStart, gap: flat, fromStart: flat, present: even, absent: even };
    const evidence = new PairEvidence({ requests, calls }, new IdentifierSharing({ requests, calls }));
    const slot = { ...told, dependents: [], orderOdds: 6 };
    const ranks = new Ranks(new RequestModel(links, [slot], [0], flat, flat, evidence), 0);
    return ranks.displacement(0, 1) + ranks.displacement(1, 0);
  };
  assert.ok(exchanged(6 * ms) >= 6, `${exchanged(6 * ms)}`);
  // Just so much that first come decides where nothing else does.
  assert.ok(exchanged(5 * ms) > 0 && exchanged(5 * ms) < 0.001, `${exchanged(5 * ms)}`);
});

test("a call outside all requests has none, and the same traffic gives the same choices", () => {
  const random = new Random(5);
  const { requests, calls } = traffic(random, () => 2 * ms);
  const lone = exchange("c-lone", 10_000 * ms, 10_001 * ms);
  const choices = auto({ requests, calls: [...calls, lone] });
  assert.equal(choices.at(-1)?.request, -1);
  assert.deepEqual(auto({ requests, calls: [...calls, lone] }), choices);
});

test("stretches own each call once, whatever the load", () => {
  const random = new Random(6);
  const timed = Array.from({ length: 20_000 }, () => {
    const start = BigInt(random.int(0, 200_000) * ms);
    return { start, end: start + BigInt(random.int(1, 3000) * ms) };
  }).sort((left, right) => Number(left.start - right.start));
  const blocks = new Set(timed.map(({ start }) => blockAt(start)));
  const stretches = [...blocks].flatMap((block) => stretchesOf({ requests: timed, calls: timed }, block));
  const owned = stretches.reduce((sum, { ownCalls }) => sum + ownCalls[1] - ownCalls[0], 0);
  assert.equal(owned, timed.length);
  assert.ok(stretches.every(({ calls, ownCalls }) => calls[0] <= ownCalls[0] && calls[1] >= ownCalls[1]));
  assert.ok(stretches.every(({ requests: [from, to] }) => to - from <= 2000));
});

test("the assignment found is the cheapest of all", () => {
  const random = new Random(7);
  for (let run = 0; run < 200; run += 1) {
    const costs = Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => random.int(0, 50)));
    const sparse: SparseCosts = {
      rows: 5,
      columns: 5,
      from: Int32Array.from([0, 5, 10, 15, 20, 25]),
      column: Int32Array.from({ length: 25 }, (_, edge) => edge % 5),
      cost: Float64Array.from(costs.flat()),
    };
    const unassigned = 30;
    const columns = assign(sparse, unassigned);
    const found = columns.reduce(
      (sum, column, row) => sum + (column < 0 ? unassigned : (costs[row]?.[column] ?? 0)),
      0,
    );
    assert.equal(found, cheapest(costs, unassigned, 0, new Set()));
  }
});

function cheapest(costs: readonly (readonly number[])[], unassigned: number, row: number, taken: Set<number>): number {
  if (row === costs.length) return 0;
  let best = unassigned + cheapest(costs, unassigned, row + 1, taken);
  for (const [column, cost] of (costs[row] ?? []).entries()) {
    if (taken.has(column)) continue;
    taken.add(column);
    best = Math.min(best, cost + cheapest(costs, unassigned, row + 1, taken));
    taken.delete(column);
  }
  return best;
}

test("identifiers are what looks random in a message, wherever it stands, and not its words, sizes or versions", () => {
  const cases: [string, string[]][] = [
    [
      "GET / HTTP/1.1\\r\\nX-Request-Id: 4DAE3EC3-9efd-4777-9703-aade14d42dc2\\r\\nAccept: text/html",
      ["4dae3ec3-9efd-4777-9703-aade14d42dc2"],
    ],
    ['{"order":1234567,"size":123}', ["1234567"]],
    ["Content-Length: 68\\nUser-Agent: curl/7.88.1", []],
    ["session=w1JKe9xT2q", ["w1jke9xt2q"]],
    ["", []],
  ];
  for (const [message, expected] of cases) assert.deepEqual(identifiersOf(message), expected);
});
