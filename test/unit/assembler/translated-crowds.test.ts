import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CorrelatedSpan, Correlator, correlateAll } from "../../../assembler/correlate/correlator";
import type { Link } from "../../../assembler/correlate/link";
import type { Span } from "../../../assembler/span/span";
import { Random } from "./support/random";
import { spanOf } from "./support/span-text";

const ms = 1_000_000;

interface Asked {
  readonly start: number;
  readonly thing?: string | undefined;
  readonly clients?: string;
  readonly servers?: string;
  /** The server's clock is so far ahead. */
  readonly clock?: bigint | undefined;
  readonly connection?: number;
}

/** Both sides of a request through a translator, `c…` and `s…`: for what thousands ask, unless said otherwise. */
function asked(
  name: string,
  { start, thing = "health", clients = "a1", servers = "a2", clock = 0n, connection = 0 }: Asked,
) {
  const messages = { request: Buffer.from(`GET /${thing} HTTP/1.1\r\nHost: a\r\n\r\n`), endpoint: "GET /" };
  const client = spanOf(
    {
      ...messages,
      from: `10.0.0.1:${4000 + connection}`,
      to: "10.96.0.1:80",
      id: `c${name}`,
      direction: "Egress",
      process: 1,
      start,
      end: start + 5 * ms,
    },
    clients,
  );
  const ends = { from: "10.0.0.2:8080", to: `10.0.0.254:${5000 + connection}` };
  const times = { start: start + 200_000, end: start + 5 * ms - 200_000, clock };
  return [client, spanOf({ ...messages, ...ends, ...times, id: `s${name}`, process: 2 }, servers)] as const;
}

function many<Item>(count: number, make: (place: number) => Item): Item[] {
  return Array.from({ length: count }, (_, place) => make(place));
}

/** Links as they are after all of these came, some at a time. */
function streamed(spans: readonly Span[], atOnce: number): (Link | undefined)[] {
  const correlator = new Correlator();
  const held: CorrelatedSpan[] = [];
  for (const span of spans) {
    held.push(correlator.add(span));
    if (held.length % atOnce === 0) correlator.solve();
  }
  correlator.solve();
  return held.map((placed) => correlator.linkOf(placed));
}

test("of thousands of requests just alike each finds its caller, as long as they are not at once", () => {
  const spans = many(1500, (place) => asked(String(place), { start: place * 40 * ms })).flat();
  const links = streamed(spans, 100);
  const atOnce = correlateAll(spans);
  for (const [place, span] of spans.entries()) {
    assert.deepEqual(links[place], atOnce.get(span), span.spanId);
    if (span.direction === "Egress") continue;
    const { parentId, method, doubtful } = links[place] ?? {};
    assert.deepEqual([parentId, method, doubtful], [`c${span.spanId.slice(1)}`, "payload", undefined]);
  }
});

test("of hundreds of requests alike and at once none is asserted", () => {
  const spans = many(600, (place) => asked(String(place), { start: place * 2000, connection: place })).flat();
  assert.deepEqual(
    streamed(spans, 100).filter((link) => link !== undefined && link.doubtful !== true),
    [],
  );
});

test("of more than a host can have answered in half a second none is linked at all", () => {
  const crowd = many(3000, (place) =>
    asked(`x${place}`, { start: 50 * ms + place * 20_000, connection: place % 500 }),
  ).flat();
  const alone = asked("alone", { start: 60_000 * ms });
  const links = streamed([...crowd, ...alone], 1000);
  assert.deepEqual(
    links.slice(0, -1).filter((link) => link !== undefined),
    [],
  );
  assert.equal(links.at(-1)?.parentId, "calone");
});

test("checks of health to others and from others stay apart, however many there are", () => {
  const random = new Random(4);
  const spans = many(2000, (place) => {
    const [client] = asked(`x${place}`, { start: random.int(0, 100_000) * ms });
    const [, server] = asked(`y${place}`, { start: random.int(0, 100_000) * ms });
    return [client, server];
  }).flat();
  const asserted = streamed(random.shuffle(spans), 500).filter((link) => link !== undefined && !link.doubtful);
  assert.ok(asserted.length < 4, `${asserted.length} of 2000`);
});

/** What several hosts ask several others, clocks apart: mostly the same, one in five something else. */
function crowdOf(random: Random): Span[] {
  const gap = random.pick([1, 4, 30]) * ms;
  const clocks: Record<string, bigint> = { a2: 7_000_000_000n, a4: -1_600_000_000_000_000_000n };
  let start = 0;
  return many(500, (place) => {
    start += random.int(0, gap);
    const servers = random.pick(["a2", "a4"]);
    const thing = random.chance(0.2) ? `thing-${place}` : undefined;
    const who = { clients: random.pick(["a1", "a3"]), servers, clock: clocks[servers] };
    const both = asked(String(place), { start, thing, ...who, connection: random.int(0, 9) });
    return both.filter(() => !random.chance(0.05));
  }).flat();
}

test("in a crowd, too, the pairs are those of one batch, whatever the order in which spans come, go and are solved", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 20, max: 400 }), (seed, cuts) => {
      const random = new Random(seed);
      const spans = crowdOf(random);
      const correlator = new Correlator();
      const held = new Map<Span, CorrelatedSpan>();
      const order = random.chance(0.5) ? random.shuffle(spans) : spans;
      for (const [place, span] of order.entries()) {
        held.set(span, correlator.add(span));
        if (place % cuts === 0) correlator.solve();
        if (!random.chance(0.05)) continue;
        const again = random.pick([...held.keys()]);
        correlator.replaceAll([held.get(again) as CorrelatedSpan]);
        if (random.chance(0.3)) correlator.solve();
        held.set(again, correlator.add(again));
      }
      correlator.solve();
      const atOnce = correlateAll(spans);
      assert.ok(atOnce.size > 100, String(atOnce.size));
      for (const [span, placed] of held) assert.deepEqual(correlator.linkOf(placed), atOnce.get(span), span.spanId);
    }),
    { seed: 3, numRuns: 12 },
  );
});

test("when a crowd has left nothing of it is held, and the same again gives the same", () => {
  const spans = crowdOf(new Random(2));
  const correlator = new Correlator();
  const round = () => {
    const held = spans.map((span) => correlator.add(span));
    correlator.solve();
    const links = held.map((placed) => correlator.linkOf(placed));
    for (let first = 0; first < held.length; first += 100) correlator.removeAll(held.slice(first, first + 100));
    return links;
  };
  assert.deepEqual(round(), round());
});

test("those that stay keep their parents when others of the crowd leave", () => {
  const spans = many(600, (place) => asked(String(place), { start: place * 40 * ms })).flat();
  const correlator = new Correlator();
  const held = spans.map((span) => correlator.add(span));
  correlator.solve();
  const links = held.map((placed) => correlator.linkOf(placed));
  correlator.removeAll(held.slice(0, 800));
  assert.deepEqual(correlator.solve(), []);
  assert.deepEqual(
    held.slice(800).map((placed) => correlator.linkOf(placed)),
    links.slice(800),
  );
});
