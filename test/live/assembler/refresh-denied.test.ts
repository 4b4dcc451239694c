import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { ElasticSpanSource } from "../../../assembler/elastic/elastic-span-source";
import { ElasticTraceStore } from "../../../assembler/elastic/elastic-trace-store";
import { RefreshWatch } from "../../../assembler/elastic/refresh-watch";
import { WaitingSpanSource } from "../../../assembler/elastic/waiting-span-source";
import { shardKey } from "../../../assembler/store";
import { waitFor } from "../../testbed/wait-for";
import { Random } from "../../unit/assembler/support/random";
import { spanText } from "../../unit/assembler/support/span-text";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";
import { RefreshGate } from "./support/refresh-gate";

const elastic = new LiveElastic(async () => {
  gate = elastic.own(await RefreshGate.open(elastic.elasticsearch.nodeUrl));
});
const { spans } = elastic;
let gate: RefreshGate;

async function createIndex(index: string): Promise<void> {
  const settings = { number_of_shards: 3, number_of_replicas: 0, refresh_interval: "150ms" };
  await spans.ask("PUT", `/${index}`, JSON.stringify({ settings }));
}

function span(index: string, id: string, round = 0) {
  return { index, id, text: spanText({ id, traceId: `t-${id.slice(0, -1)}`, start: 1000, end: 2000 + round }) };
}

test("who may not refresh reads every document once and the latest versions of all, whatever is written meanwhile", async () => {
  const index = "spans_many";
  await createIndex(index);
  const latest = new Map<string, number>();
  const write = async (_: unknown, writer: number) => {
    const random = new Random(writer);
    for (let batch = 0; batch < 25; batch += 1) {
      const ids = Array.from({ length: 60 }, (_, place) => `w${writer}-${batch}-${place}`);
      // Versions that are replaced leave gaps in the numbers that a search finds.
      for (let again = 0; again < 20; again += 1) ids.push(`w${writer}-${random.int(0, batch)}-${random.int(0, 59)}`);
      const unique = [...new Set(ids)];
      for (const id of unique) latest.set(id, (latest.get(id) ?? -1) + 1);
      await spans.write(unique.map((id) => span(index, id, latest.get(id))));
    }
  };
  let isWritten = false;
  const writing = Promise.all(Array.from({ length: 8 }, write)).then(() => {
    isWritten = true;
  });

  const connection = elastic.own(new ElasticConnection({ url: gate.url }));
  const refusals: (string | undefined)[] = [];
  let now = 0;
  const changed = (refusal: string | undefined) => refusals.push(refusal);
  const watch = new RefreshWatch({ connection, pattern: "spans_many", changed, now: () => now });
  const source = new WaitingSpanSource(new ElasticSpanSource(connection, "spans_many", 700), watch);
  const readUpTo = new Map<string, number>();
  const found = new Set<string>();
  const versions = new Map<string, number>();
  const readAll = async () => {
    const { heads } = await source.heads();
    await source.makeReadable(heads);
    let left = 0;
    for (const head of heads) {
      const key = shardKey(head);
      for (let after = readUpTo.get(key) ?? -1; after < head.checkpoint; ) {
        const page = await source.read(head, after);
        for (const { id, seqNo, source } of page.hits) {
          assert.ok(seqNo > after && seqNo <= page.upTo);
          assert.ok(!found.has(`${key} ${seqNo}`), `${id} was read twice`);
          found.add(`${key} ${seqNo}`);
          versions.set(id, Number(/"duration":(\d+)/.exec(source.toString())?.[1]) - 1000);
        }
        if (page.upTo === after) break;
        after = page.upTo;
        readUpTo.set(key, after);
      }
      left += head.checkpoint - (readUpTo.get(key) ?? -1);
    }
    return left;
  };
  while (!isWritten) await readAll();
  await writing;
  // What is beyond a gap waits for refreshes that are certain to cover it; each needs something that is new.
  for (let more = 0; (await readAll()) > 0; more += 1) {
    assert.ok(more < 300, "it came to no end");
    const id = `last-${more}`;
    latest.set(id, 0);
    await spans.write([span(index, id)]);
    await delay(50);
  }
  const sorted = (map: ReadonlyMap<string, number>) => [...map].sort(([left], [right]) => (left < right ? -1 : 1));
  assert.deepEqual(sorted(versions), sorted(latest));
  assert.equal(refusals.length, 1);
  assert.match(refusals[0] ?? "", /403.*indices:admin\/refresh/);

  // The privilege is granted.
  now += 60_000;
  await watch.makeReadable(new ElasticSpanSource(elastic.connection, "spans_many", 700), (await source.heads()).heads);
  assert.deepEqual(refusals.slice(1), [undefined]);
  await spans.ask("DELETE", `/${index}`);
});

test("who may not refresh the traces is not refused at every turn, and may be allowed later", async () => {
  const denied = elastic.own(await RefreshGate.open(elastic.elasticsearch.nodeUrl, "traces"));
  const connection = elastic.own(new ElasticConnection({ url: denied.url }));
  let now = Date.now();
  const store = new ElasticTraceStore(connection, () => now);
  await spans.ask("PUT", "/traces", JSON.stringify({ settings: { refresh_interval: "-1" } }));
  await spans.ask("PUT", "/traces/_doc/t", JSON.stringify({ trace_id: "t" }));
  const found = async () => JSON.parse(await spans.ask("GET", "/traces/_count")).count;
  await store.makeReadable();
  connection.use({ url: elastic.elasticsearch.nodeUrl });
  await store.makeReadable();
  assert.equal(await found(), 0);
  now += 60_000;
  await store.makeReadable();
  assert.equal(await found(), 1);
  await spans.ask("DELETE", "/traces");
});

test("the service says once that refreshing is refused, and goes on, also after a kill", async () => {
  const index = "spans_few";
  await createIndex(index);
  const reading = { index_pattern: "spans_few", poll_interval_ms: 100 };
  const assembler = elastic.own(new LiveAssembler({ url: gate.url }, { reading }));
  const direct = elastic.own(new LiveAssembler(elastic.elasticsearch, { reading }));
  const ids = (from: number) => Array.from({ length: 200 }, (_, place) => `s-${from + place}-a`);
  const hasTraces = (count: number) =>
    waitFor(async () => (await spans.traces()).size === count, { timeoutMs: 120_000, what: `${count} traces` });
  await assembler.start();
  await spans.write(ids(0).map((id) => span(index, id)));
  // Documents that came again: their first places stay empty, and no refresh comes that tells them from late ones.
  await spans.write(
    ids(0)
      .slice(0, 20)
      .map((id) => span(index, id, 1)),
  );
  await hasTraces(200);
  const said = assembler.log.filter((line) => String(line.msg).startsWith("spans are read only as their indices"));
  assert.equal(said.length, 1);
  assert.match(String(said[0]?.reason), /403/);
  assert.equal(await assembler.metric("refresh_denied"), 1);
  assert.equal(await assembler.isReady(), true);
  await assembler.end("SIGKILL");
  await assembler.start();
  await spans.write(ids(1000).map((id) => span(index, id)));
  await hasTraces(400);
  const count = await direct.verify();
  assert.deepEqual([count.spans, count.lost, count.duplicated, count.split], [400, 0, 0, 0]);
});
