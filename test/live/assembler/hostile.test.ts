import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { RawText } from "../../../assembler/json/raw-text";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { goodDocument, hostileDocuments } from "../../unit/assembler/support/hostile-documents";
import { LiveAssembler } from "./support/live-assembler";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let assembler: LiveAssembler;

before(async () => {
  testbed = await openTestbed({ hosts: "process" });
  elasticsearch = await testbed.elasticsearch();
});
after(async () => {
  await assembler?.close();
  await testbed.close();
});

test("of hostile documents all that Elasticsearch takes end in a trace or a rejection, and every good span between arrives", async () => {
  const spans = new SpanIndex(elasticsearch.nodeUrl);
  assembler = new LiveAssembler(elasticsearch);
  await assembler.start();
  await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "it to be ready" });
  // One index with the template's mapping, and one that takes almost anything.
  await spans.createUnmapped("spans_open");
  const sets = [
    { index: "spans_open", documents: hostileDocuments("o") },
    { index: "spans_mapped", documents: hostileDocuments("m") },
  ];
  const taken = new Set<string>();
  const goods: string[] = [];
  for (const { index, documents } of sets) {
    for (let place = 0; place < documents.length; place += 20) {
      const some = documents.slice(place, place + 20);
      for (const { id } of await spans.offer(some.map(({ id, text }) => ({ index, id, text })))) taken.add(id);
      const good = `good-${index}-${place}`;
      goods.push(good);
      await spans.write([{ index, id: good, text: goodDocument(good) }]);
    }
  }
  assert.ok(taken.size >= 400, `Elasticsearch took ${taken.size}`);

  const count = await assembler.verify(120);
  const differences = count.lost + count.pending + count.duplicated + count.split + count.outdated;
  assert.equal(differences, 0, JSON.stringify(count));
  assert.equal(count.documents, taken.size + goods.length);
  const traces = [...(await spans.traces()).values()];
  const holds = (text: string) => traces.some((trace) => trace.includes(text));
  for (const good of goods) assert.ok(holds(goodDocument(good)), good);
  const rejections = new Map((await spans.rejections()).map((rejection) => [rejection.id, rejection]));
  for (const { documents } of sets) {
    for (const { what, id, text, rejectedFor } of documents) {
      if (!taken.has(id)) continue;
      assert.equal(rejections.get(id)?.field, rejectedFor, what);
      // Elasticsearch drops white space around a document.
      if (rejectedFor === undefined) assert.ok(holds(RawText.from(text).onOneLine().toString().trim()), what);
      else assert.ok(String(rejections.get(id)?.reason).length < 250, what);
    }
  }
  assert.equal(await assembler.metric("traces_refused_total"), 0);
  assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
});
