import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { endpointTemplate } from "../../../assembler/correlate/callee";
import { Correlator, correlateAll } from "../../../assembler/correlate/correlator";
import type { Link } from "../../../assembler/correlate/link";
import type { Span } from "../../../assembler/span/span";
import { Random } from "./support/random";
import { type SpanSketch, spanOf } from "./support/span-text";

function request(id: string, start: number, end: number, more: Partial<SpanSketch> = {}): Span {
  return spanOf({ id, direction: "Ingress", start, end, ...more });
}

function call(id: string, start: number, end: number, more: Partial<SpanSketch> = {}): Span {
  return spanOf({ id, direction: "Egress", to: "10.0.0.9:80", start, end, ...more });
}

function linksOf(spans: readonly Span[]): Record<string, Link> {
  return Object.fromEntries([...correlateAll(spans)].map(([span, link]) => [span.spanId, link]));
}

test("a call made while one request is open serves that one", () => {
  const links = linksOf([request("r1", 0, 10), call("c1", 2, 5), request("r2", 20, 30), call("c2", 22, 25)]);
  assert.deepEqual(links, {
    c1: { parentId: "r1", method: "thread", confidence: 0.95 },
    c2: { parentId: "r2", method: "thread", confidence: 0.95 },
  });
});

test("a call made while no request is open has no parent", () => {
  assert.deepEqual(linksOf([request("r1", 0, 10), call("c1", 11, 15)]), {});
});

test("where each request has a thread to itself, the thread decides", () => {
  const links = linksOf([
    request("r1", 0, 100, { thread: 1 }),
    request("r2", 5, 100, { thread: 2 }),
    call("c2", 10, 20, { thread: 2 }),
    call("c1", 30, 40, { thread: 1 }),
  ]);
  assert.deepEqual([links.c1?.parentId, links.c2?.parentId], ["r1", "r2"]);
  assert.equal(links.c1?.method, "thread");
});

test("on an event loop the first request that has not called the callee yet is served first", () => {
  const links = linksOf([request("r1", 0, 100), request("r2", 5, 100), call("c1", 10, 20), call("c2", 30, 40)]);
  assert.deepEqual(links.c1, { parentId: "r1", method: "order", confidence: 0.5, runnerUp: "r2" });
  assert.deepEqual(links.c2, { parentId: "r2", method: "order", confidence: 0.5, runnerUp: "r1" });
});

test("a request that outlasts the call is preferred to one that ends before it", () => {
  const links = linksOf([request("r1", 0, 15), request("r2", 5, 100), call("c1", 10, 20)]);
  assert.equal(links.c1?.parentId, "r2");
});

test("a call that names its request takes its place there, in order of time", () => {
  const links = linksOf([
    request("r1", 0, 100),
    request("r2", 5, 100),
    call("c1", 10, 20, { parentId: "r1" }),
    call("c2", 30, 40),
  ]);
  assert.deepEqual([links.c1, links.c2?.parentId], [undefined, "r2"]);
});

test("calls that differ only in their numbers go to the same callee", () => {
  assert.equal(endpointTemplate("GET /item/17/price?full=1"), "GET /item/*/price");
  assert.equal(endpointTemplate("GET /v1/users/4dae3ec3-9efd"), "GET /*/users/*");
  assert.equal(endpointTemplate("GET /plain"), "GET /plain");
});

test("processes of different agents have nothing to do with each other, whatever their pids", () => {
  const other = spanOf({ id: "c1", direction: "Egress", start: 2, end: 5 }, "a2");
  assert.deepEqual(linksOf([request("r1", 0, 10), other]), {});
});

test("of ten thousand requests open at once each call gets one, in turn, and says that it is doubtful", () => {
  const spans: Span[] = [];
  for (let place = 0; place < 10_000; place += 1) {
    spans.push(request(`r${place}`, place, 1_000_000), call(`c${place}`, 20_000 + place, 900_000));
  }
  const links = [...correlateAll(spans).values()];
  assert.equal(links.length, 10_000);
  assert.ok(links.every(({ doubtful }) => doubtful));
});

test("whatever the order in which spans come, are replaced, and however often it is solved, the parents are the same", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 10 }), (seed, cuts) => {
      const random = new Random(seed);
      const threads = random.pick([1, 4]);
      const spans = Array.from({ length: 24 }, (_, place): Span => {
        const start = random.int(0, 200);
        const more = { thread: random.int(1, threads), to: `10.0.0.${random.int(1, 2)}:80` };
        const end = start + random.int(1, 60);
        return random.chance(0.5) ? request(`r${place}`, start, end, more) : call(`c${place}`, start, end, more);
      });
      const correlator = new Correlator();
      const held = random.shuffle(spans).map((span, place) => {
        let placed = correlator.add(
          random.chance(0.2) ? { ...span, start: span.start + 7n, end: span.end + 9n } : span,
        );
        if (place % cuts === 0) correlator.solve();
        if (placed.span !== span) {
          correlator.replaceAll([placed]);
          placed = correlator.add(span);
        }
        return placed;
      });
      correlator.solve();
      const atOnce = correlateAll(spans);
      for (const placed of held) assert.deepEqual(correlator.linkOf(placed), atOnce.get(placed.span));
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("when whole traces leave, the parents of the others stay", () => {
  const spans = [request("r1", 0, 100), request("r2", 5, 100), call("c1", 10, 20), call("c2", 30, 40)];
  const correlator = new Correlator();
  const placed = new Map(spans.map((span) => [span.spanId, correlator.add(span)]));
  correlator.solve();
  const gone = ["r1", "c1"].flatMap((id) => placed.get(id) ?? []);
  correlator.removeAll(gone);
  correlator.add(request("r3", 50, 300));
  correlator.solve();
  assert.equal(correlator.linkOf(placed.get("c2") ?? assert.fail())?.parentId, "r2");
});
