import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Correlator, correlateAll } from "../../../assembler/correlate/correlator";
import type { Span } from "../../../assembler/span/span";
import { Random } from "./support/random";
import { spanOf } from "./support/span-text";

/** A process with enough calls to learn from, over a few stretches of its time. */
function busyProcess(random: Random): Span[] {
  const spans: Span[] = [];
  for (let place = 0; place < 90; place += 1) {
    const start = place * random.pick([1_000_000, 3_000_000, 4_000_000_000]);
    const end = start + random.int(3_000_000, 9_000_000);
    const called = start + random.int(500_000, 2_000_000);
    spans.push(spanOf({ id: `r${place}`, direction: "Ingress", start, end, endpoint: `GET /${place % 2}` }));
    const to = `10.0.0.${random.int(8, 9)}:80`;
    spans.push(spanOf({ id: `c${place}`, direction: "Egress", to, start: called, end: called + 1_000_000 }));
  }
  return spans;
}

test("links that rest on what is learnt are those of one batch, however the spans come in", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 5, max: 90 }), (seed, cut) => {
      const random = new Random(seed);
      const spans = busyProcess(random);
      const correlator = new Correlator();
      const held = random.shuffle(spans).map((span, place) => {
        const placed = correlator.add(span);
        if (place % cut === 0) correlator.solve();
        return placed;
      });
      correlator.solve();
      const atOnce = correlateAll(spans);
      assert.ok(atOnce.size > 0);
      for (const placed of held) assert.deepEqual(placed.link, atOnce.get(placed.span));
    }),
    { seed: 11, numRuns: 15 },
  );
});
