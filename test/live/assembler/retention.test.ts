import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ElasticMetricsStore } from "../../../assembler/elastic/elastic-metrics-store";
import { setUpIndices } from "../../../assembler/elastic/index-setup";
import { applyRetention } from "../../../assembler/retention/apply-retention";
import { retentionRound } from "../../../assembler/retention/retention-round";
import { type AssemblerSettings, assemblerSettingsSchema } from "../../../assembler/settings/assembler-settings";
import { makeSpanAliases } from "../../../infra/registration/span-aliases";
import { waitFor } from "../../testbed/wait-for";
import { assembleBatch } from "../../unit/assembler/support/batch-model";
import { spanText } from "../../unit/assembler/support/span-text";
import { InProcessAssembler } from "./support/in-process-assembler";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";

const dayMs = 86_400_000;
const limits = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 0, maxOpenSpans: 1e6 };

const elastic = new LiveElastic();
const { spans } = elastic;
let now = 0;
let round = 0;

beforeEach(async () => {
  await elastic.clear();
  now = Date.now();
  round += 1;
});

function settings(retention: Partial<AssemblerSettings["retention"]> = {}): AssemblerSettings {
  const { url } = elastic.elasticsearch;
  const enabled = { enabled: true, traces_days: 3, rejected_days: 3, spans_days: 2, roll_over_documents: 3 };
  return assemblerSettingsSchema.parse({
    name: `retention-${round}`,
    elastic: { url },
    retention: { ...enabled, ...retention },
  });
}

/** What a round did, and the indices that it kept against the settings. */
async function retain(of = settings()): Promise<{ done: string[]; warned: string[] }> {
  const { done, warnings } = await retentionRound({
    connection: elastic.connection,
    settings: of,
    fence: () => {},
    now: () => now,
  });
  return { done: done.map((said) => said.split(":")[0] as string), warned: warnings.map(({ index }) => index) };
}

function newAssembler(): InProcessAssembler {
  return new InProcessAssembler(elastic.connection, `retention-${round}`, limits, () => now);
}

async function enterAgent(name: string): Promise<void> {
  const entry = { agent_name: name, host: "h", index_name: `spans_${name}` };
  await spans.ask("PUT", `/agent_list/_doc/${name}?refresh=true`, JSON.stringify(entry));
}

function span(id: string, index = "spans_a1") {
  return { index, id, text: spanText({ id, traceId: `t-${id}`, start: 1, end: 2 }) };
}

test("on an empty cluster nothing fails and nothing is done", async () => {
  assert.deepEqual(await retain(), { done: [], warned: [] });
  await setUpIndices(elastic.connection);
  assert.deepEqual(await retain(), { done: [], warned: [] });
});

test("an agent that is entered before it writes gets an alias; it is rolled over, read on, and deleted once it is old and read", async () => {
  await setUpIndices(elastic.connection);
  await enterAgent("a1");
  assert.deepEqual((await retain()).done, ["made spans_a1-000001"]);
  const assembler = newAssembler();
  await spans.write([span("s1"), span("s2"), span("s3")]);
  await assembler.settle();
  assert.deepEqual((await retain()).done, ["rolled spans_a1 over to spans_a1-000002"]);
  await spans.write([span("s4"), span("s5")]);
  await assembler.settle();
  assert.deepEqual(await elastic.indices("spans_a*"), ["spans_a1-000001", "spans_a1-000002"]);
  const batch = assembleBatch(await spans.documents());
  assert.deepEqual([...(await spans.traces())].sort(), [...batch.traces].sort());
  assert.deepEqual((await retain()).done, []);

  now += 2.1 * dayMs;
  assert.deepEqual((await retain()).done, ["deleted spans_a1-000001"]);
  await spans.write([span("s6")]);
  await assembler.settle();
  assert.deepEqual(await elastic.indices("spans_a*"), ["spans_a1-000002"]);
  assert.equal((await spans.traces()).size, 6);
});

test("a rollout makes the alias before the agent is there, with the assembler's mapping, and leaves what is there alone", async () => {
  await spans.ask("PUT", "/spans_plain");
  const { signal } = new AbortController();
  const make = () => makeSpanAliases(elastic.elasticsearch, ["spans_plain", "spans_a1", "spans_a2"], signal);
  await make();
  await make();
  assert.deepEqual(await elastic.indices("spans_*"), ["spans_a1-000001", "spans_a2-000001", "spans_plain"]);
  const mapping = JSON.parse(await spans.ask("GET", "/spans_a1/_mapping"));
  assert.equal(mapping["spans_a1-000001"].mappings.dynamic, "false");
  const step = { action: "make", holds: "spans", reason: "" } as const;
  const again = [
    { ...step, index: "spans_a1-000001" },
    { ...step, index: "spans_plain-000001" },
  ];
  assert.deepEqual(
    await applyRetention(again, { connection: elastic.connection, settings: settings(), fence: () => {} }),
    [],
  );
});

test("an index that is not read to its end stays, however old it is, and is named", async () => {
  await setUpIndices(elastic.connection);
  await spans.write([span("s1", "spans_gone")]);
  const assembler = newAssembler();
  await assembler.settle();
  await retain();
  await spans.write([span("s2", "spans_gone")]);
  await retain();
  now += 2.1 * dayMs;
  assert.deepEqual(await retain(), { done: [], warned: ["spans_gone"] });
  await assembler.settle();
  assert.deepEqual(await retain(), { done: ["deleted spans_gone"], warned: [] });
  assert.equal((await spans.traces()).size, 2);
});

test("what is written between the plan and the deletion is kept, and writes go on", async () => {
  await setUpIndices(elastic.connection);
  await spans.write([span("s1"), span("s2")]);
  const step = { action: "delete", holds: "spans", index: "spans_a1", reason: "old" } as const;
  const said = await applyRetention([step], { connection: elastic.connection, settings: settings(), fence: () => {} });
  assert.deepEqual(said, ["spans_a1 was just written to: not deleted"]);
  await spans.write([span("s3")]);
  assert.equal((await spans.documents()).length, 3);
});

test("an index that a crash left blocked is written to again after the next round", async () => {
  await setUpIndices(elastic.connection);
  await spans.write([span("s1")]);
  await retain();
  const path = "/deeptrace_assembler/_doc/retention";
  const record = JSON.parse(await spans.ask("GET", path))._source;
  await spans.ask("PUT", path, JSON.stringify({ ...record, blocked: ["spans_a1", "spans_gone"] }));
  await spans.ask("PUT", "/spans_a1/_block/write");
  assert.deepEqual(await spans.offer([span("s2")]), []);
  await retain();
  await spans.write([span("s2")]);
});

test("days of traces go after a round that freezes their metrics; old metrics and rejections go one by one", async () => {
  await setUpIndices(elastic.connection);
  const [today = ""] = await elastic.indices("traces-2*");
  const aliases = { traces: {} };
  await spans.ask("PUT", "/traces-2021.11.20", JSON.stringify({ aliases }));
  const metric = (minute: number) => `{"index":{"_index":"service_metrics"}}\n{"minute":${minute}}\n`;
  const rejection = (at: number) => `{"index":{"_index":"spans_rejected"}}\n{"rejected_at":${at}}\n`;
  const old = now - 100 * dayMs;
  await spans.ask("POST", "/_bulk?refresh=true", metric(old) + metric(now) + rejection(old) + rejection(now));
  const metrics = new ElasticMetricsStore(elastic.connection, "any");
  assert.equal(await metrics.frozenBefore(), 0);
  assert.deepEqual((await retain()).done, [
    "deleted 1 documents of service_metrics that are older than 90 days",
    "deleted 1 documents of spans_rejected that are older than 3 days",
  ]);
  assert.equal(await metrics.frozenBefore(), Date.parse("2021-11-21T00:00:00Z"));
  assert.deepEqual((await retain()).done, ["deleted traces-2021.11.20"]);
  assert.deepEqual(await elastic.indices("traces-2*"), [today]);
  assert.deepEqual(await spans.texts("service_metrics"), [`{"minute":${now}}`]);
});

test("the running service does it by itself, and its command tells beforehand", async () => {
  await setUpIndices(elastic.connection);
  await spans.ask("PUT", "/traces-2021.11.20", JSON.stringify({ aliases: { traces: {} } }));
  const assembler = new LiveAssembler(elastic.elasticsearch, { retention: { enabled: true, period_ms: 100 } });
  try {
    const { stdout } = await assembler.command("retention");
    assert.match(stdout, /^announce {3}traces-2021\.11\.20 {2}its day ended \d+ d ago; kept for 30 days/m);
    await enterAgent("a1");
    await assembler.start();
    await waitFor(async () => !(await elastic.indices("traces-2*")).includes("traces-2021.11.20"), {
      timeoutMs: 30_000,
      what: "the old day to be deleted",
    });
    await waitFor(async () => (await elastic.indices("spans_a1*")).join() === "spans_a1-000001", {
      timeoutMs: 30_000,
      what: "the alias to be made",
    });
    await spans.write([span("s1")]);
    await waitFor(async () => (await spans.traces()).size === 1, { timeoutMs: 30_000, what: "the trace" });
    assert.ok(assembler.logged("deleted traces-2021.11.20: its day ended"));
  } finally {
    await assembler.close();
  }
});
