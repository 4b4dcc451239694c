import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryStore } from "./support/memory-store";
import { Random } from "./support/random";
import type { Arrival } from "./support/random-traffic";
import { assertEqualToBatch, Runner } from "./support/runner";
import { type SpanSketch, spanText } from "./support/span-text";
import { anyStep } from "./support/steps";

const options = { numRuns: 100, seed: 20240607, includeErrorInReport: true };
const endless = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 };
const tiny = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 200, maxOpenSpans: 6 };
const plan = fc.record({
  seed: fc.integer(),
  pageSize: fc.integer({ min: 1, max: 10 }),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 30 }),
});

function digits(length: number, ...parts: number[]): string {
  return parts
    .map((part) => part.toString(16))
    .join("")
    .padStart(length, "f");
}

/**
 * Requests from service to service, each seen up to four times: by both programs and by both hosts' agents. Some spans
 * are lost, some come twice. With `connected` agents know addresses and processes, so that correlation has its say too.
 */
function instrumentedTraffic(random: Random, connected: boolean): Arrival[] {
  const arrivals: Arrival[] = [];
  const put = (index: string, sketch: SpanSketch) => {
    if (random.chance(0.1)) return;
    const arrival = { index, id: sketch.id, text: spanText(sketch) };
    arrivals.push(arrival);
    if (random.chance(0.1)) arrivals.push(arrival);
  };
  for (let trace = 1; trace <= random.int(1, 3); trace += 1) {
    const traceId = digits(32, trace);
    let parentId = "";
    for (let hop = 1; hop <= random.int(1, 3); hop += 1) {
      const [client, server] = [digits(16, trace, hop, 1), digits(16, trace, hop, 2)];
      const times = { start: trace * 50 + hop * 10, end: trace * 50 + 500 - hop * 10 };
      const headers = [`traceparent: 00-${traceId}-${client}-01`];
      const port = (trace * 10 + hop).toString();
      const ends = connected ? { from: `10.0.0.${hop}:40${port}`, to: `10.0.0.${hop + 1}:80` } : {};
      const far = connected ? { from: `10.0.0.${hop + 1}:80`, to: `10.0.0.${hop}:40${port}` } : {};
      const place = connected ? hop : trace * 100 + hop * 10;
      put("spans_otlp", { id: client, traceId, parentId, direction: "Client", process: 0, ...times });
      put(`spans_a${hop}`, { id: `e${trace}.${hop}`, direction: "Egress", process: place, headers, ...ends, ...times });
      const ingress: SpanSketch = {
        id: `i${trace}.${hop}`,
        direction: "Ingress",
        process: place + 1,
        headers,
        ...times,
      };
      put(`spans_a${hop + 1}`, { ...ingress, ...far });
      put("spans_otlp", { id: server, traceId, parentId: client, direction: "Server", process: 0, ...times });
      parentId = server;
    }
  }
  return arrivals;
}

for (const [name, connected, limits] of [
  ["in any order and with crashes", true, endless],
  ["also in a window too small for them", false, tiny],
] as const) {
  test(`instrumented and observed spans end at the traces of one batch, ${name}`, async () => {
    let placed = 0;
    await fc.assert(
      fc.asyncProperty(plan, async ({ seed, pageSize, steps }) => {
        const random = new Random(seed);
        const store = new MemoryStore(2, pageSize);
        const runner = new Runner(store, limits);
        const arrivals = random.shuffle(instrumentedTraffic(random, connected));
        let arrived = 0;
        for (const step of steps) {
          if (step.kind === "arrive") {
            for (const arrival of arrivals.slice(arrived, arrived + step.count)) store.index(arrival);
            arrived += step.count;
          } else if (step.kind === "wait") runner.now += step.ms;
          else if (step.kind === "crash") store.crashIn = step.after;
          else await runner.turn();
        }
        for (const arrival of arrivals.slice(arrived)) store.index(arrival);
        await runner.settle();
        assertEqualToBatch(store);
        for (const { text } of store.rows.values()) if (text.includes('"method":"traceparent"')) placed += 1;
      }),
      options,
    );
    assert.ok(placed > options.numRuns / 2, `${placed} traces hold spans placed by their headers`);
  });
}
