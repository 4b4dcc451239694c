import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CorrelatedSpan, Correlator, correlateAll } from "../../../assembler/correlate/correlator";
import type { Link } from "../../../assembler/correlate/link";
import type { Span } from "../../../assembler/span/span";
import { Progress } from "../../../assembler/window/shard-progress";
import { SpanWindow } from "../../../assembler/window/span-window";
import { accuracyOf, withheldBelow } from "../../../bench/correlation/accuracy";
import { simulate } from "../../../bench/workloads/simulation/simulate";
import { translatedGraphs } from "../../../bench/workloads/translated/translated-graphs";
import { translatedSpans } from "../../../bench/workloads/translated/translated-spans";
import { generateTranslated } from "../../../bench/workloads/translated/translated-workload";
import { Random } from "./support/random";
import { type SpanSketch, spanOf } from "./support/span-text";

const ms = 1_000_000;

interface Way {
  /** As the client and as the server see the connection's two ends. */
  readonly asked: { readonly from: string; readonly to: string };
  readonly served: { readonly from: string; readonly to: string };
}

const ways: Record<string, (port: number) => Way> = {
  "a translated destination": (port) => ({
    asked: { from: `10.0.0.1:${port}`, to: "10.96.0.1:80" },
    served: { from: "10.0.0.2:8080", to: `10.0.0.1:${port}` },
  }),
  "a translated source": (port) => ({
    asked: { from: `10.0.0.1:${port}`, to: "10.0.0.2:8080" },
    served: { from: "10.0.0.2:8080", to: `10.0.0.254:${port + 1000}` },
  }),
  "both translated": (port) => ({
    asked: { from: `10.0.0.1:${port}`, to: "10.96.0.1:80" },
    served: { from: "10.0.0.2:8080", to: `10.0.0.254:${port + 1000}` },
  }),
};

/** Both sides of a request for a thing, `c…` and `s…`; the server's clock is `clock` ahead. */
function request(name: string, way: Way, thing: string, start: number, clock = 0n, more: Partial<SpanSketch> = {}) {
  const messages = {
    request: Buffer.from(`GET /${thing} HTTP/1.1\r\nHost: a\r\n\r\n`),
    endpoint: `GET /${thing}`,
    ...more,
  };
  const client = spanOf(
    { ...messages, ...way.asked, id: `c${name}`, direction: "Egress", process: 1, start, end: start + 5 * ms },
    "a1",
  );
  const times = { start: start + 200_000, end: start + 5 * ms - 200_000, clock };
  const server = spanOf({ ...messages, ...way.served, ...times, id: `s${name}`, process: 2 }, "a2");
  return [client, server] as const;
}

function linksOf(spans: readonly Span[]): Record<string, Link> {
  return Object.fromEntries([...correlateAll(spans)].map(([span, link]) => [span.spanId, link]));
}

for (const [name, way] of Object.entries(ways)) {
  for (const clock of [0n, 7_000_000_000n, -1_600_000_000_000_000_000n]) {
    test(`with ${name} and clocks ${clock} ns apart, each request finds its caller by what it asks for`, () => {
      const spans = Array.from({ length: 6 }, (_, place) =>
        request(String(place), way(4000 + place), `thing-${place}`, place * 40 * ms, clock),
      ).flat();
      const links = linksOf(spans);
      for (let place = 0; place < 6; place += 1) {
        const { parentId, method, confidence = 0 } = links[`s${place}`] ?? {};
        assert.deepEqual([parentId, method], [`c${place}`, "payload"]);
        assert.ok(confidence >= 0.9, String(confidence));
      }
    });
  }
}

test("a proxy may change headers; what it keeps tells the request", () => {
  const way = ways["both translated"] as (port: number) => Way;
  const spans = Array.from({ length: 6 }, (_, place) => {
    const [client] = request(String(place), way(4000), `thing-${place}`, place * 40 * ms);
    const proxied = Buffer.from(
      `GET /thing-${place} HTTP/1.1\r\nHost: b\r\nX-Forwarded-For: 10.0.0.1\r\nVia: p\r\n\r\n`,
    );
    const [, server] = request(String(place), way(4001), `thing-${place}`, place * 40 * ms, 0n, { request: proxied });
    return [client, server];
  }).flat();
  const links = linksOf(spans);
  assert.deepEqual(
    Object.entries(links).map(([id, { parentId }]) => [id.slice(1), parentId]),
    Array.from({ length: 6 }, (_, place) => [String(place), `c${place}`]),
  );
});

for (const graph of translatedGraphs) {
  test(`through ${graph.name}, hosts' clocks apart, requests find their callers among others like them`, () => {
    const options = { graph, load: 100, count: 300, seed: 3, lost: 0.05, popular: 0.8 };
    const { between } = generateTranslated(options);
    assert.ok(between);
    const { process, byPayload } = between;
    assert.ok(accuracyOf([process], [byPayload]).pair > 0.95);
    assert.ok(withheldBelow(0.9, [process], [byPayload]).precision > 0.98);
    assert.ok(accuracyOf([process], [between.byConnection]).pair < 0.5);
    const unseen = process.truth.requestOf.flatMap((place, call) => (place < 0 ? [byPayload[call]] : []));
    const asserted = unseen.filter((choice) => choice !== undefined && choice.confidence >= 0.5);
    assert.ok(unseen.length > 100 && asserted.length < unseen.length / 50, `${asserted.length} of ${unseen.length}`);
  });
}

test("checks of health to others and from others are not each other's sides", () => {
  const random = new Random(4);
  const external = (port: number): Way => ({
    asked: { from: `10.0.0.1:${port}`, to: "203.0.113.5:80" },
    served: { from: "10.0.0.2:8080", to: `198.51.100.7:${port + 500}` },
  });
  const spans: Span[] = [];
  for (let place = 0; place < 300; place += 1) {
    const [client] = request(`x${place}`, external(4000), "health", random.int(0, 30_000) * ms);
    const [, server] = request(`y${place}`, external(4000), "health", random.int(0, 30_000) * ms);
    spans.push(client, server);
  }
  const asserted = Object.values(linksOf(spans)).filter(({ doubtful }) => doubtful !== true);
  assert.deepEqual(asserted, []);
});

test("of two requests alike and at once none is asserted when nothing tells them apart", () => {
  const way = ways["both translated"] as (port: number) => Way;
  const certain = Array.from({ length: 6 }, (_, place) =>
    request(`k${place}`, way(4100 + place), `k${place}`, place * 40 * ms),
  );
  const links = linksOf([
    ...certain.flat(),
    ...request("1", way(4000), "same", 500 * ms),
    ...request("2", way(4001), "same", 500 * ms),
  ]);
  for (const id of ["s1", "s2"]) {
    const link = links[id];
    assert.ok(link === undefined || (link.doubtful && link.runnerUp !== undefined), JSON.stringify(link));
  }
});

test("between two hosts that see each other's addresses nothing was translated: the call was lost", () => {
  const seen: Way = {
    asked: { from: "10.0.0.1:4000", to: "10.0.0.2:8080" },
    served: { from: "10.0.0.2:8080", to: "10.0.0.1:4001" },
  };
  assert.deepEqual(linksOf([...request("1", seen, "a", 0), ...request("2", seen, "b", 40 * ms)]), {});
});

test("who was asked at an address of its own was not asked through another one", () => {
  const direct: Way = {
    asked: { from: "10.0.0.1:4000", to: "10.0.0.3:80" },
    served: { from: "10.0.0.2:8080", to: "10.0.0.254:9" },
  };
  const listening = spanOf({ id: "other", process: 3, from: "10.0.0.3:80", to: "10.0.0.9:1", start: 0, end: 9 }, "a3");
  assert.equal(linksOf([...request("1", direct, "a", 0)]).s1?.parentId, "c1");
  assert.deepEqual(linksOf([...request("1", direct, "a", 0), listening]), {});
});

test("a parent found by payload gives way when the connection's own other side comes", () => {
  const way = (ways["a translated destination"] as (port: number) => Way)(4000);
  const [client, server] = request("1", way, "a", 0);
  const own = spanOf(
    {
      ...way.served,
      from: "10.0.0.1:4000",
      to: "10.0.0.2:8080",
      id: "own",
      direction: "Egress",
      process: 5,
      endpoint: "GET /a",
      start: 100_000,
      end: 4_900_000,
    },
    "a1",
  );
  const correlator = new Correlator();
  const placed = [client, server].map((span) => correlator.add(span))[1] as CorrelatedSpan;
  correlator.solve();
  assert.equal(correlator.linkOf(placed)?.parentId, "c1");
  const late = correlator.add(own);
  assert.ok(correlator.solve().includes(placed));
  assert.deepEqual([correlator.linkOf(placed)?.parentId, correlator.linkOf(placed)?.method], ["own", "connection"]);
  correlator.replaceAll([late]);
  assert.ok(correlator.solve().includes(placed));
  assert.deepEqual([correlator.linkOf(placed)?.parentId, correlator.linkOf(placed)?.method], ["c1", "payload"]);
});

test("whatever the order in which spans come, go and are solved, the pairs are those of one batch", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(...translatedGraphs),
      (seed, cuts, graph) => {
        const random = new Random(seed);
        const options = {
          graph,
          load: random.pick([20, 500]),
          count: 20,
          seed,
          lost: 0.1,
          popular: random.pick([0.3, 1]),
        };
        const spans = translatedSpans(simulate(graph, options.load, options.count, seed), options);
        const correlator = new Correlator();
        const held = new Map<Span, CorrelatedSpan>();
        for (const [place, span] of random.shuffle(spans).entries()) {
          held.set(span, correlator.add(span));
          if (place % cuts === 0) correlator.solve();
          if (!random.chance(0.1)) continue;
          const again = random.pick([...held.keys()]);
          correlator.replaceAll([held.get(again) as CorrelatedSpan]);
          held.set(again, correlator.add(again));
        }
        correlator.solve();
        const atOnce = correlateAll(spans);
        for (const [span, placed] of held) assert.deepEqual(correlator.linkOf(placed), atOnce.get(span), span.spanId);
      },
    ),
    { seed: 6, numRuns: 60 },
  );
});

test("when all spans have left nothing of them is held, and the same again gives the same", () => {
  const [graph] = translatedGraphs;
  assert.ok(graph);
  const options = { graph, load: 100, count: 40, seed: 1, popular: 0.5 };
  const spans = translatedSpans(simulate(graph, options.load, options.count, 1), options);
  const correlator = new Correlator();
  const round = () => {
    const held = spans.map((span) => correlator.add(span));
    correlator.solve();
    const links = held.map((placed) => correlator.linkOf(placed));
    correlator.removeAll(held);
    return links;
  };
  assert.deepEqual(round(), round());
});

test("a trace goes on behind a translated address: its spans are one group in the window", () => {
  const window = new SpanWindow();
  const hold = new Progress([]).open({
    shard: { index: "spans_a1", uuid: "u", shard: 0 },
    after: -1,
    upTo: 99,
    hits: [],
  });
  const way = (ways["both translated"] as (port: number) => Way)(4000);
  let seqNo = 0;
  const admit = (...spans: Span[]) => {
    for (const span of spans) window.admit(span, hold, seqNo++, 0);
  };
  for (let place = 0; place < 4; place += 1) {
    const start = place * 40 * ms;
    const [client, server] = request(String(place), way, `thing-${place}`, start, 3_000_000_000n);
    const root = {
      id: `r${place}`,
      from: "10.0.0.1:80",
      to: `10.9.9.9:${5000 + place}`,
      start: start - ms,
      end: start + 6 * ms,
    };
    const store = {
      id: `q${place}`,
      direction: "Egress",
      process: 2,
      to: "10.0.0.9:6379",
      from: "10.0.0.2:1",
    } as const;
    admit(
      spanOf({ ...root, endpoint: "GET /page" }, "a1"),
      client,
      server,
      spanOf({ ...store, endpoint: "GET", start: start + ms, end: start + 2 * ms, clock: 3_000_000_000n }, "a2"),
    );
  }
  window.correlate(0, 0);
  window.regroup(0);
  const groups = [...window.groups.open].map(({ members }) =>
    members
      .map(({ span }) => span.spanId)
      .sort()
      .join(),
  );
  assert.deepEqual(
    groups.sort(),
    [0, 1, 2, 3].map((place) => ["c", "q", "r", "s"].map((kind) => kind + place).join()),
  );
});
