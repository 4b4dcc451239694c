import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CorrelatedSpan, Correlator, correlateAll } from "../../../assembler/correlate/correlator";
import type { Span } from "../../../assembler/span/span";
import { Random } from "./support/random";
import { spanOf } from "./support/span-text";

const ms = 1_000_000;

/** An event loop, so that all is on one thread: requests that overlap, each with a call or two after gaps that repeat. */
function eventLoop(random: Random, count: number, everyMs: number, from = 0): Span[] {
  const spans: Span[] = [];
  for (let place = 0; place < count; place += 1) {
    // Every now and then there is a pause, as no load is the same throughout.
    const start = from + (place + 12 * Math.floor(place / 10)) * everyMs * ms + random.int(0, 900) * 1000;
    const slow = place % 3 === 0;
    const called = start + (slow ? 6 : 2) * ms + random.int(0, 50) * 1000;
    const id = `${from / ms}-${place}`;
    const endpoint = slow ? "GET /slow" : "GET /fast";
    spans.push(spanOf({ id: `r${id}`, direction: "Ingress", endpoint, start, end: called + 4 * ms }));
    const to = "10.0.0.9:80";
    spans.push(
      spanOf({ id: `c${id}`, direction: "Egress", to, endpoint: "GET /a", start: called, end: called + 3 * ms }),
    );
  }
  return spans;
}

function rightShare(links: ReturnType<typeof correlateAll>): number {
  const found = [...links].filter(([span, { parentId }]) => parentId === span.spanId.replace("c", "r"));
  return found.length / links.size;
}

/** LAW_RUNS is for looking longer, as `npm test` does. */
const runs = Math.ceil(Number(process.env.LAW_RUNS ?? 240) / 32);

test("calls of an event loop go to the requests that their gaps tell, not to those whose turn it is", () => {
  const links = correlateAll(eventLoop(new Random(1), 600, 1));
  assert.ok(rightShare(links) >= 0.99, `${rightShare(links)}`);
  assert.ok([...links.values()].some(({ method }) => method === "timing"));
});

test("whatever the order in which an event loop's spans come and however often it is solved, links are those of one batch", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), fc.boolean(), (seed, cuts, isNearlyInOrder) => {
      const random = new Random(seed);
      const pause = random.pick([0, 6000, 40_000]) * ms;
      const spans = [
        ...eventLoop(random, random.int(20, 90), random.pick([1, 3, 30])),
        ...eventLoop(random, random.int(20, 90), random.pick([1, 3, 30]), 3000 * ms + pause),
      ];
      const correlator = new Correlator();
      const held: CorrelatedSpan[] = [];
      const arrivals = isNearlyInOrder ? nearlyInOrder(random, spans) : random.shuffle(spans);
      for (const [place, span] of arrivals.entries()) {
        let placed = correlator.add(random.chance(0.05) ? { ...span, start: span.start - 7n } : span);
        if (place % cuts === 0) correlator.solve();
        if (placed.span !== span) {
          correlator.replaceAll([placed]);
          placed = correlator.add(span);
        }
        held.push(placed);
      }
      correlator.solve();
      const atOnce = correlateAll(spans);
      for (const placed of held) assert.deepEqual(correlator.linkOf(placed), atOnce.get(placed.span));
    }),
    { seed: 11, numRuns: runs },
  );
});

function nearlyInOrder(random: Random, spans: readonly Span[]): Span[] {
  const keyed = spans.map((span) => ({ span, at: span.end + BigInt(random.int(0, 50) * ms) }));
  return keyed.sort((left, right) => (left.at < right.at ? -1 : 1)).map(({ span }) => span);
}

test("what leaves memory changes no link of those that stay, and those that come later are told apart as before", () => {
  const random = new Random(3);
  const spans = eventLoop(random, 1200, 5);
  const correlator = new Correlator();
  const held: CorrelatedSpan[] = [];
  let leaving = 0;
  const links = new Map<string, string | undefined>();
  for (const [place, span] of spans.entries()) {
    held.push(correlator.add(span));
    if (place % 100 !== 99) continue;
    for (const placed of correlator.solve()) {
      if (!placed.isGone) links.set(placed.span.spanId, correlator.linkOf(placed)?.parentId);
    }
    if (place < 1000) continue;
    correlator.removeAll(held.slice(leaving, leaving + 100));
    leaving += 100;
  }
  const atOnce = correlateAll(spans);
  const same = spans.filter((span) => links.get(span.spanId) === atOnce.get(span)?.parentId);
  assert.equal(same.length, spans.length);
});

test("a choice of less confidence than is asked for is marked as doubtful", () => {
  const requests = ["r1", "r2", "r3"].map((id, place) => spanOf({ id, direction: "Ingress", start: place, end: 100 }));
  const spans = [...requests, spanOf({ id: "c", direction: "Egress", to: "10.0.0.9:80", start: 10, end: 20 })];
  const [link] = correlateAll(spans).values();
  assert.deepEqual(link, { parentId: "r1", method: "order", confidence: 0.33, runnerUp: "r2", doubtful: true });
});
