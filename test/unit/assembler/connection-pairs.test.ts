import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Correlator, correlateAll } from "../../../assembler/correlate/correlator";
import type { Span } from "../../../assembler/span/span";
import { Random } from "./support/random";
import { spanOf } from "./support/span-text";

const ms = 1_000_000;

interface Exchange {
  readonly clients: Span[];
  readonly servers: Span[];
}

/** Requests on one keep-alive connection, one after another, of uneven length and pause. */
function exchange(count: number, serverClock: bigint, random: Random, endpoint = "GET /"): Exchange {
  const clients: Span[] = [];
  const servers: Span[] = [];
  let at = 0;
  for (let place = 0; place < count; place += 1) {
    const length = random.int(2 * ms, 20 * ms);
    const delay = random.int(ms / 10, ms / 2);
    const shared = { endpoint, start: at, end: at + length };
    clients.push(spanOf({ ...shared, id: `c${place}`, direction: "Egress", from: "10.0.0.1:4000", to: "10.0.0.2:80" }));
    const times = { start: at + delay, end: at + length - delay, clock: serverClock };
    servers.push(
      spanOf({ ...shared, ...times, id: `s${place}`, process: 2, from: "10.0.0.2:80", to: "10.0.0.1:4000" }, "a2"),
    );
    at += length + random.int(ms / 10, 30 * ms);
  }
  return { clients, servers };
}

function pairsOf(spans: readonly Span[]): Map<string, string> {
  const links = correlateAll(spans);
  return new Map([...links].map(([span, link]) => [span.spanId, link.parentId]));
}

function rightPairs(pairs: ReadonlyMap<string, string>): number {
  return [...pairs].filter(([server, client]) => server.slice(1) === client.slice(1)).length;
}

for (const [clocks, offset] of [
  ["the same", 0n],
  ["half a millisecond apart", 500_000n],
  ["seconds apart", -3_000_000_000n],
  ["unrelated", 1_600_000_000_000_000_000n],
] as const) {
  test(`with clocks ${clocks}, each request finds its other side by its place on the connection`, () => {
    const { clients, servers } = exchange(40, -offset, new Random(1));
    const pairs = pairsOf([...clients, ...servers]);
    assert.equal(pairs.size, 40);
    assert.equal(rightPairs(pairs), 40);
  });

  test(`with clocks ${clocks}, requests that one side missed do not shift the others`, () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const random = new Random(seed);
      const { clients, servers } = exchange(40, -offset, random);
      const lostClients = new Set([random.int(0, 39), random.int(0, 39)]);
      const lostServers = new Set([random.int(0, 39), random.int(0, 39), random.int(0, 39)]);
      const seenClients = clients.filter((_, place) => !lostClients.has(place));
      const seenServers = servers.filter((_, place) => !lostServers.has(place));
      const pairs = pairsOf([...seenClients, ...seenServers]);
      const possible = seenServers.filter((_, place) => seenServers[place] !== undefined).length;
      assert.equal(rightPairs(pairs), pairs.size, `seed ${seed}: a wrong pair`);
      assert.ok(pairs.size >= possible - lostClients.size, `seed ${seed}: ${pairs.size} of ${possible}`);
    }
  });
}

test("the side that is behind catches up without a wrong pair on the way", () => {
  const { clients, servers } = exchange(30, 0n, new Random(2));
  const correlator = new Correlator();
  for (const client of clients) correlator.add(client);
  for (const server of servers) {
    correlator.add(server);
    for (const placed of correlator.solve()) {
      assert.equal(correlator.linkOf(placed)?.parentId.slice(1), placed.span.spanId.slice(1));
    }
  }
});

test("another endpoint is another request", () => {
  const [client] = exchange(1, 0n, new Random(3), "GET /a").clients as [Span];
  const [server] = exchange(1, 0n, new Random(3), "GET /b").servers as [Span];
  assert.equal(pairsOf([client, server]).size, 0);
});

test("spans that were given different trace ids are no pair, one that names its client is paired already", () => {
  const { clients, servers } = exchange(2, 0n, new Random(4));
  const [first, second] = clients as [Span, Span];
  const [server] = servers as [Span];
  assert.equal(
    pairsOf([
      { ...first, traceId: "x" },
      { ...server, traceId: "y" },
    ]).size,
    0,
  );
  const named = { ...server, spanId: "named", parentId: first.spanId };
  const pairs = pairsOf([first, second, named, servers[1] as Span]);
  assert.deepEqual([...pairs], [["s1", "c1"]]);
});

test("pipelined requests are answered in their order", () => {
  const shared = { from: "10.0.0.1:4000", to: "10.0.0.2:80", direction: "Egress" } as const;
  const clients = [0, 1, 2].map((place) => spanOf({ ...shared, id: `c${place}`, start: place, end: 9 * ms + place }));
  const servers = [0, 1, 2].map((place) =>
    spanOf(
      {
        id: `s${place}`,
        process: 2,
        from: "10.0.0.2:80",
        to: "10.0.0.1:4000",
        start: (1 + place * 2) * ms,
        end: (2 + place * 2) * ms,
      },
      "a2",
    ),
  );
  assert.equal(rightPairs(pairsOf([...clients, ...servers])), 3);
});

test("whatever the order in which spans come, and however often it is solved, the pairs are the same", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), (seed, cuts) => {
      const random = new Random(seed);
      const { clients, servers } = exchange(12, BigInt(random.int(-5, 5)) * 1_000_000_000n, random);
      const spans = [...clients, ...servers].filter(() => !random.chance(0.15));
      const correlator = new Correlator();
      const held = random.shuffle(spans).map((span, place) => {
        const placed = correlator.add(span);
        if (place % cuts === 0) correlator.solve();
        return placed;
      });
      correlator.solve();
      const stepwise = new Map(
        held.flatMap((placed) => {
          const link = correlator.linkOf(placed);
          return link === undefined ? [] : [[placed.span, link] as const];
        }),
      );
      const atOnce = correlateAll(spans);
      for (const span of spans) assert.deepEqual(stepwise.get(span), atOnce.get(span));
    }),
    { seed: 6, numRuns: 300 },
  );
});
