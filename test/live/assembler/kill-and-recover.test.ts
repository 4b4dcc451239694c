import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { assembleBatch } from "../../unit/assembler/support/batch-model";
import { Random } from "../../unit/assembler/support/random";
import { assertStored } from "./support/assert-stored";
import { LiveAssembler } from "./support/live-assembler";
import { longTraffic } from "./support/long-traffic";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let assembler: LiveAssembler;

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
});
after(async () => {
  await assembler?.close();
  await testbed.close();
});

test("killed five times while four writers go on, the assembler ends at the traces of one batch", async () => {
  const spans = new SpanIndex(elasticsearch.nodeUrl);
  for (const agent of [1, 2, 3, 4, 9]) await spans.create(`spans_a${agent}`, 3);
  const random = new Random(11);
  const arrivals = longTraffic(random, 300);
  assembler = new LiveAssembler(elasticsearch);
  await assembler.start();

  let next = 0;
  let kills = 0;
  const write = async () => {
    while (next < arrivals.length) {
      // However long a start takes, there is more to come after each kill.
      if (next > (arrivals.length * (kills + 1)) / 6) {
        await delay(30);
        continue;
      }
      const batch = arrivals.slice(next, next + 25);
      next += 25;
      await spans.write(batch);
      await delay(30);
    }
  };
  const writing = Promise.all([write(), write(), write(), write()]);
  for (; kills < 5; kills += 1) {
    await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "the assembler to be ready" });
    await delay(random.int(0, 1200));
    assert.equal(await assembler.end("SIGKILL"), "was ended by SIGKILL");
    await assembler.start();
  }
  await writing;

  const count = await assembler.verify();
  assert.deepEqual([count.lost, count.duplicated, count.pending], [0, 0, 0], JSON.stringify(count));
  const batch = assembleBatch(await spans.documents());
  await waitFor(async () => (await assembler.metric("open_traces")) === 0, {
    timeoutMs: 30_000,
    what: "all to be written",
  });
  await assertStored(spans, batch.traces);
  const rejected = new Set((await spans.rejections()).map(({ index, id }) => `${index}/${id}`));
  for (const place of batch.rejected) assert.ok(rejected.has(place), `${place} is not rejected`);
});

test("a restart after a clean stop writes nothing", async () => {
  assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
  await assembler.start();
  await waitFor(() => assembler.isReady(), { timeoutMs: 30_000, what: "the assembler to be ready" });
  await waitFor(async () => (await assembler.metric("open_traces")) === 0, { timeoutMs: 30_000, what: "it to settle" });
  assert.equal(await assembler.metric("traces_written_total"), 0);
  assert.ok((await assembler.metric("traces_unchanged_total")) > 0);
});
