import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ElasticError } from "../../../assembler/elastic/elastic-error";
import { readAssemblerSettings } from "../../../assembler/settings/assembler-settings";
import type { SpanCount } from "../../../assembler/verify/span-count";
import { verifyTraces } from "../../../assembler/verify/verify-traces";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { baseTime, spanText } from "../../unit/assembler/support/span-text";
import { LiveAssembler } from "./support/live-assembler";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let assembler: LiveAssembler;
let spans: SpanIndex;

before(async () => {
  testbed = await openTestbed({ hosts: "process" });
  elasticsearch = await testbed.elasticsearch();
  spans = new SpanIndex(elasticsearch.nodeUrl);
  // Nothing stays in memory, so that the cursors pass all of it.
  assembler = new LiveAssembler(elasticsearch, { grouping: { quiet_period_ms: 300, recent_ms: 0 } });
  await assembler.start();
  // Ten traces of two spans, a second apart, and a document that is no span.
  for (let trace = 0; trace < 10; trace += 1) {
    const start = trace * 1_000_000_000;
    const sketch = { traceId: `t${trace}`, start, end: start + 10 };
    const [root, child] = [`r${trace}`, `c${trace}`];
    await spans.write([
      { index: "spans_v", id: root, text: spanText({ ...sketch, id: root }) },
      { index: "spans_v", id: child, text: spanText({ ...sketch, id: child, parentId: root }) },
    ]);
  }
  await spans.write([{ index: "spans_v", id: "bad", text: "{}" }]);
});
after(async () => {
  await assembler?.close();
  await testbed.close();
});

async function verify(...options: string[]): Promise<{ code: number; count: SpanCount }> {
  const { code, stdout, stderr } = await assembler.command("verify", "--json", ...options);
  assert.notEqual(stdout, "", stderr);
  return { code, count: JSON.parse(stdout) };
}

/** Of a document, from `index/_id`. */
function idOf(place: string): string {
  return place.slice(place.indexOf("/") + 1);
}

test("when every span is in its trace or rejected, verify ends with status 0", async () => {
  const { code, count } = await verify("--wait", "240");
  assert.equal(code, 0, JSON.stringify(count));
  assert.deepEqual([count.documents, count.spans_in_traces, count.rejected, count.traces], [21, 20, 1, 10]);
  assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
});

test("Elasticsearch that is away is waited for, as long as it was told to wait", async () => {
  const settings = readAssemblerSettings(assembler.config, readFileSync(assembler.config, "utf8"));
  await elasticsearch.kill();
  const startedAt = performance.now();
  const waitMs = 1500;
  await assert.rejects(verifyTraces(settings, { waitMs }), ElasticError);
  assert.ok(performance.now() - startedAt >= waitMs);
  const waiting = verify("--wait", "240");
  await elasticsearch.start();
  const { code, count } = await waiting;
  assert.equal(code, 0, JSON.stringify(count));
});

test("what was tampered with is named with its source document, and only in its time", async () => {
  const third = JSON.parse((await spans.traces()).get("t3") as string);
  await spans.ask("DELETE", "/traces/_doc/t2");
  await spans.ask("PUT", "/traces/_doc/other", JSON.stringify({ ...third, spans: third.spans.slice(1) }));
  const { code, count } = await verify();
  assert.equal(code, 1);
  assert.deepEqual(count.lost_first, [
    { span_id: "r2", document: "spans_v/r2", traces: [] },
    { span_id: "c2", document: "spans_v/c2", traces: [] },
  ]);
  assert.deepEqual(
    count.duplicated_first.map(({ span_id, document, traces }) => [span_id, document, traces.map(idOf).sort()]),
    [["r3", "spans_v/r3", ["other", "t3"]]],
  );
  assert.ok(count.split_first.some(({ trace_id }) => trace_id === "t3"));

  const second = 1_000_000_000n;
  const lost = await verify("--from", String(baseTime + 2n * second), "--to", String(baseTime + 2n * second + 1n));
  assert.equal(lost.code, 1);
  assert.deepEqual([lost.count.lost, lost.count.duplicated, lost.count.documents], [2, 0, 3]);
  const later = await verify("--from", new Date(Number((baseTime + 4n * second) / 1_000_000n)).toISOString());
  assert.equal(later.code, 0, JSON.stringify(later.count));
  assert.equal(later.count.documents, 13);
});

test("in several passes, for want of memory, it finds the same", async () => {
  const settings = readAssemblerSettings(assembler.config, readFileSync(assembler.config, "utf8"));
  const atOnce = await verifyTraces(settings);
  const inParts = await verifyTraces(settings, { mostHeld: 5 });
  for (const key of ["documents", "spans", "spans_in_traces", "rejected", "lost", "duplicated", "split"] as const) {
    assert.equal(inParts[key], atOnce[key], key);
  }
});

test("what cannot be found out ends with status 2 and says why", async () => {
  const time = await assembler.command("verify", "--from", "yesterday");
  assert.equal(time.code, 2);
  assert.match(time.stderr, /"yesterday" is no time; allowed: 2026-01-31/);
  const order = await assembler.command("verify", "--from", "7", "--to", "5");
  assert.equal(order.code, 2);
  assert.match(order.stderr, /^--from must lie before --to\n$/);
});
