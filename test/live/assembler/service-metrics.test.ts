import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { countedCold } from "../../unit/assembler/support/count-cold";
import { MemoryStore } from "../../unit/assembler/support/memory-store";
import { plainMetrics } from "../../unit/assembler/support/plain-metrics";
import { Random } from "../../unit/assembler/support/random";
import { randomTraffic } from "../../unit/assembler/support/random-traffic";
import { LiveAssembler } from "./support/live-assembler";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let spans: SpanIndex;
let assembler: LiveAssembler;
const mostNames = 1000;

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
  spans = new SpanIndex(elasticsearch.nodeUrl);
  assembler = new LiveAssembler(elasticsearch, {
    service_metrics: { rest_ms: 300, max_wait_ms: 1000, most_names: mostNames },
  });
});
after(async () => {
  await assembler?.close();
  await testbed.close();
});

async function storedMetrics(): Promise<string[]> {
  return [...(await spans.texts("service_metrics")), ...(await spans.texts("call_graph"))].sort();
}

async function untilCounted(): Promise<void> {
  const isDone = async () =>
    (await assembler.isReady()) &&
    (await assembler.metric("open_traces")) === 0 &&
    (await assembler.metric("service_metrics_minutes_dirty")) === 0 &&
    (await assembler.metric("service_metrics_recounting_all")) === 0;
  await waitFor(isDone, { timeoutMs: 60_000, what: "every minute to be counted" });
}

/** Metrics of the traces as Elasticsearch holds them, counted in this process at once. */
async function expectedMetrics(): Promise<string[]> {
  const store = new MemoryStore(1, 1);
  for (const [id, text] of await spans.traces()) {
    store.rows.set(id, { id, version: { index: "traces", seqNo: 0, primaryTerm: 1 }, text, spanIds: [] });
  }
  return countedCold(store, mostNames);
}

test("killed while spans and their corrections come, the assembler ends at the metrics of one cold count", async () => {
  const random = new Random(7);
  const arrivals = Array.from({ length: 60 }, (_, scene) =>
    randomTraffic(random, { name: `m${scene}-`, start: scene * 4_000_000_000 }),
  ).flat();
  await assembler.start();
  const part = Math.ceil(arrivals.length / 3);
  for (let from = 0; from < arrivals.length; from += part) {
    await spans.write(arrivals.slice(from, from + part));
    await waitFor(async () => (await assembler.metric("traces_written_total")) > 0, {
      timeoutMs: 30_000,
      what: "traces to be written",
    });
    assert.equal(await assembler.end("SIGKILL"), "was ended by SIGKILL");
    await assembler.start();
  }
  const count = await assembler.verify();
  assert.deepEqual([count.lost, count.duplicated, count.pending], [0, 0, 0], JSON.stringify(count));
  await untilCounted();

  const stored = await storedMetrics();
  assert.deepEqual(stored, await expectedMetrics());
  const requests = stored.map((text) => JSON.parse(text) as { count: number; endpoint: string });
  const plain = plainMetrics([...(await spans.traces()).values()].map((text) => text.replaceAll('"GET /', '"GET /p')));
  const sum = (counts: readonly number[]) => counts.reduce((total, one) => total + one, 0);
  assert.equal(sum(requests.map((line) => line.count)), sum(plain.map((line) => JSON.parse(line)[3])));
  assert.ok(new Set(stored.map((text) => JSON.parse(text).minute)).size > 4);
});

test("metrics that were deleted come back the same, and those that are right are not written again", async () => {
  const stored = await storedMetrics();
  assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
  await spans.ask("DELETE", "/service_metrics");
  await spans.ask("DELETE", "/deeptrace_assembler/_doc/metrics-default?refresh=true");
  await assembler.start();
  await untilCounted();
  assert.deepEqual(await storedMetrics(), stored);
  const written = await assembler.metric("service_metrics_documents_written_total");
  assert.equal(written, (await spans.texts("service_metrics")).length);
});
