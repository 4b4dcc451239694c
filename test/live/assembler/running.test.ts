import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { spanText } from "../../unit/assembler/support/span-text";
import { LiveAssembler } from "./support/live-assembler";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let spans: SpanIndex;
const assemblers: LiveAssembler[] = [];

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
  spans = new SpanIndex(elasticsearch.nodeUrl);
});
after(async () => {
  await Promise.all(assemblers.map((assembler) => assembler.close()));
  await testbed.close();
});

function assemblerNamed(name: string): LiveAssembler {
  const assembler = new LiveAssembler(elasticsearch, { name });
  assemblers.push(assembler);
  return assembler;
}

function arrival(id: string, traceId: string, index = "spans_run") {
  return { index, id, text: spanText({ id, traceId, start: 1, end: 2 }) };
}

async function untilTraces(assembler: LiveAssembler, count: number): Promise<void> {
  const what = `${count} traces to be written`;
  await waitFor(async () => (await assembler.metric("traces_written_total")) >= count, { timeoutMs: 30_000, what });
}

test("an assembler on an empty cluster makes its indices, becomes ready, and stops cleanly", async () => {
  const assembler = assemblerNamed("first");
  await assembler.start();
  assert.equal((await assembler.get("/health/live"))?.status, 200);
  await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "it to be ready" });
  await spans.write([arrival("s1", "t1"), arrival("s2", "t1")]);
  await untilTraces(assembler, 1);
  assert.equal(await assembler.metric("spans_read_total"), 2);
  assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
  assert.deepEqual([...(await spans.traces()).keys()], ["t1"]);
});

test("what it wrote is found by searches, however seldom its index refreshes itself", async () => {
  const [assembler] = assemblers as [LiveAssembler];
  const setInterval = (interval: string | null) =>
    spans.ask("PUT", "/traces/_settings", JSON.stringify({ index: { refresh_interval: interval } }));
  const isFound = async () => (await spans.ask("GET", "/traces/_search?q=trace_id:seen")).includes('"_id":"seen"');
  await assembler.start();
  await setInterval("-1");
  await spans.write([arrival("seen1", "seen")]);
  await waitFor(isFound, { timeoutMs: 30_000, what: "the trace to be found" });
  await setInterval(null);
  await assembler.end("SIGTERM");
});

test("no secret is in its log or its answers", async () => {
  const [assembler] = assemblers as [LiveAssembler];
  await assembler.start();
  const metrics = await assembler.get("/metrics");
  const health = await assembler.get("/health/ready");
  for (const text of [assembler.rawLog, metrics?.body ?? "", health?.body ?? ""]) {
    assert.equal(text.includes(elasticsearch.password), false);
  }
  await assembler.end("SIGTERM");
});

test("of two assemblers of one name one works; when it is killed the other takes over within 15 s", async () => {
  const [first, second] = [assemblerNamed("pair"), assemblerNamed("pair")];
  await first.start();
  await waitFor(() => first.isReady(), { timeoutMs: 30_000, what: "the first to be ready" });
  await second.start();
  await waitFor(async () => second.logged("standing by"), { timeoutMs: 30_000, what: "the second to stand by" });
  assert.equal(await first.metric("active"), 1);
  assert.equal(await second.metric("active"), 0);
  await first.end("SIGKILL");
  await waitFor(async () => (await second.metric("active")) === 1, {
    timeoutMs: 15_000,
    what: "the second to take over",
  });
  await spans.write([arrival("s3", "t3")]);
  await untilTraces(second, 1);
  await second.end("SIGTERM");
});

test("Elasticsearch may go away and come back: nothing is lost and the assembler stays", async () => {
  const assembler = assemblerNamed("patient");
  await assembler.start();
  await waitFor(() => assembler.isReady(), { timeoutMs: 30_000, what: "it to be ready" });
  const before = await assembler.metric("traces_written_total");
  await spans.write([arrival("s4", "t4")]);
  await elasticsearch.kill();
  await waitFor(async () => (await assembler.get("/health/ready"))?.status === 503, {
    timeoutMs: 30_000,
    what: "it to notice",
  });
  await elasticsearch.start();
  await untilTraces(assembler, before + 1);
  await waitFor(() => assembler.isReady(), { timeoutMs: 30_000, what: "it to be ready again" });
  const count = await assembler.verify(30);
  assert.deepEqual([count.lost, count.pending, count.duplicated], [0, 0, 0], JSON.stringify(count));
  await assembler.end("SIGTERM");
});

test("an index that is deleted and made anew is read from its start, and others read on", async () => {
  const assembler = assemblerNamed("anew");
  await assembler.start();
  await spans.create("spans_again", 2);
  await spans.write([arrival("s5", "t5", "spans_again"), arrival("s6", "t6", "spans_again")]);
  await waitFor(async () => (await spans.traces()).has("t6"), { timeoutMs: 30_000, what: "the first traces" });
  await spans.ask("DELETE", "/spans_again");
  await spans.create("spans_again", 1);
  await spans.write([arrival("s7", "t7", "spans_again"), arrival("s8", "t8")]);
  await waitFor(async () => [await spans.traces()].every((traces) => traces.has("t7") && traces.has("t8")), {
    timeoutMs: 30_000,
    what: "the later traces",
  });
  await assembler.end("SIGTERM");
});

test("a trace that Elasticsearch refuses holds up no other: its spans are rejected with the reason", async () => {
  const assembler = assemblerNamed("refused");
  await assembler.start();
  // Elasticsearch takes 1000 levels: enough for the span document, one too few for the trace around it.
  const levels = 997;
  const deep = spanText({ id: "deep", traceId: "deep", start: 1, end: 2 }).replace(
    '"content":{',
    `"content":{"deep":${"[".repeat(levels)}${"]".repeat(levels)},`,
  );
  await spans.write([{ index: "spans_run", id: "deep", text: deep }, arrival("s9", "t9")]);
  await waitFor(async () => (await spans.traces()).has("t9"), { timeoutMs: 30_000, what: "the other trace" });
  await waitFor(async () => (await assembler.metric("traces_refused_total")) === 1, {
    timeoutMs: 30_000,
    what: "the refusal",
  });
  const count = await assembler.verify(30);
  assert.deepEqual([count.lost, count.pending], [0, 0], JSON.stringify(count));
  const rejection = (await spans.rejections()).find(({ id }) => id === "deep");
  assert.equal(rejection?.span_id, "deep");
  assert.match(String(rejection?.reason), /^trace deep was refused: 400 /);
  await assembler.end("SIGTERM");
});

test("wrong credentials, a taken port and a bad file each give one clear message", async () => {
  const wrong = new LiveAssembler(elasticsearch, {
    elastic: { url: elasticsearch.url, username: "elastic", password: "no" },
  });
  assemblers.push(wrong);
  const denied = await wrong.command("verify");
  assert.equal(denied.code, 2);
  assert.match(denied.stderr, /^Elasticsearch answered 401 to GET [^\n]+\n$/);
  const missing = await wrong.command("trace", "ffff");
  assert.match(missing.stderr, /401/);
  const [assembler] = assemblers as [LiveAssembler];
  await assembler.start();
  const { port } = assembler;
  const second = new LiveAssembler(elasticsearch, { http: { port } });
  assemblers.push(second);
  const taken = await second.command("run");
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /http\.port \d+: cannot listen there .*set a free one\n$/);
  await assembler.end("SIGTERM");
});

test("the latest traces are listed, and one is drawn by the start of its id", async () => {
  const [assembler] = assemblers as [LiveAssembler];
  const table = await assembler.command("traces", "--limit", "3");
  assert.equal(table.stdout.trim().split("\n").length, 4, table.stderr);
  const drawn = await assembler.command("trace", "t1");
  assert.match(drawn.stdout, /^trace t1 {2}GET \/ /);
});
