import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setUpIndices } from "../../../assembler/elastic/index-setup";
import { assembleBatch } from "../../unit/assembler/support/batch-model";
import { spanText } from "../../unit/assembler/support/span-text";
import { InProcessAssembler } from "./support/in-process-assembler";
import { LiveElastic } from "./support/live-elastic";

const firstDay = Date.parse("2021-11-20T23:59:00Z");
const dayMs = 86_400_000;
const limits = { quietPeriodMs: 100, maxWaitMs: 500, recentMs: 0, maxOpenSpans: 1e6 };

const elastic = new LiveElastic();
const { spans } = elastic;
let today = firstDay;
let round = 0;

beforeEach(async () => {
  await elastic.clear();
  today = firstDay;
  round += 1;
});

function newAssembler(): InProcessAssembler {
  return new InProcessAssembler(elastic.connection, `days-${round}`, limits, () => today);
}

function span(id: string, traceId: string) {
  return { index: "spans_a1", id, text: spanText({ id, traceId, start: 1, end: 2 }) };
}

/** Index of each trace, by its id; a trace in two indices has both. */
async function placesOfTraces(): Promise<Record<string, string>> {
  await spans.ask("POST", "/traces/_refresh");
  const { hits } = JSON.parse(await spans.ask("GET", "/traces/_search?size=1000&_source=false"));
  const places: Record<string, string> = {};
  for (const { _id, _index } of hits.hits) places[_id] = [places[_id], _index].filter(Boolean).join(" and ");
  return places;
}

async function assertEqualToBatch(): Promise<void> {
  const batch = assembleBatch(await spans.documents());
  assert.deepEqual(new Map([...(await spans.traces())].sort()), new Map([...batch.traces].sort()));
}

test("each day's traces have an index of their own, and a late span amends the trace where it lies", async () => {
  await setUpIndices(elastic.connection);
  const assembler = newAssembler();
  await spans.write([span("s1", "t1"), span("s2", "t2")]);
  await assembler.settle();
  today += dayMs;
  await spans.write([span("s3", "t1"), span("s4", "t3")]);
  await assembler.settle();
  today += dayMs;
  await spans.write([span("s5", "t1"), span("s6", "t3"), span("s7", "t4")]);
  await assembler.settle();
  assert.deepEqual(await placesOfTraces(), {
    t1: "traces-2021.11.20",
    t2: "traces-2021.11.20",
    t3: "traces-2021.11.21",
    t4: "traces-2021.11.22",
  });
  await assertEqualToBatch();
});

test("what was written before midnight and is read again after a crash stays in its index", async () => {
  await setUpIndices(elastic.connection);
  const before = newAssembler();
  await spans.write([span("s1", "t1"), span("s2", "t2")]);
  await before.settle();
  const cursors = await spans.ask("GET", `/deeptrace_assembler/_source/cursors-days-${round}`);
  // As a crash between the writes and the commit leaves it: announced as read, not committed.
  const announced = JSON.parse(cursors) as { shards: { committed: number }[] };
  for (const shard of announced.shards) shard.committed = -1;
  await spans.ask("PUT", `/deeptrace_assembler/_doc/cursors-days-${round}`, JSON.stringify(announced));
  before.crash();
  today += dayMs;
  await spans.write([span("s3", "t3")]);
  await newAssembler().settle();
  const { t1, t2 } = await placesOfTraces();
  assert.deepEqual([t1, t2], ["traces-2021.11.20", "traces-2021.11.20"]);
  await assertEqualToBatch();
});

test("a trace whose index is deleted while it is in memory is written anew", async () => {
  await setUpIndices(elastic.connection);
  const assembler = new InProcessAssembler(
    elastic.connection,
    `days-${round}`,
    { ...limits, recentMs: 1e9 },
    () => today,
  );
  await spans.write([span("s1", "t1")]);
  await assembler.settle();
  today += 2 * dayMs;
  await spans.ask("DELETE", "/traces-2021.11.20");
  await spans.write([span("s2", "t1")]);
  await assembler.settle();
  assert.deepEqual(await placesOfTraces(), { t1: "traces-2021.11.22" });
  await assertEqualToBatch();
});

test("an installation with an index of the name traces goes on working in it", async () => {
  await spans.create("traces", 1);
  await setUpIndices(elastic.connection);
  const assembler = newAssembler();
  await spans.write([span("s1", "t1")]);
  await assembler.settle();
  today += dayMs;
  await spans.write([span("s2", "t1"), span("s3", "t2")]);
  await assembler.settle();
  assert.deepEqual(await placesOfTraces(), { t1: "traces", t2: "traces" });
  await assertEqualToBatch();
  const mapping = JSON.parse(await spans.ask("GET", "/traces/_mapping"));
  assert.equal(mapping.traces.mappings.properties.span_ids.type, "keyword");
});

test("indices of an older mapping get the new fields; one that contradicts is named and stays; the next is right", async () => {
  const older = { mappings: { dynamic: false, properties: { trace_id: { type: "keyword" } } } };
  const contrary = { mappings: { properties: { trace_id: { type: "long" } } } };
  const aliases = { traces: {} };
  await spans.ask("PUT", "/traces-2021.11.17", JSON.stringify({ ...older, aliases }));
  await spans.ask("PUT", "/traces-2021.11.18", JSON.stringify({ ...contrary, aliases }));
  const notices: string[] = [];
  const notice = (message: string, details: object) => notices.push(`${message} ${JSON.stringify(details)}`);
  await setUpIndices(elastic.connection, notice);
  const [named = "", ...others] = notices;
  assert.match(named, /traces-2021\.11\.18: mapper \[trace_id\] cannot be changed from type \[long\] to \[keyword\]/);
  assert.deepEqual(others, []);
  const assembler = newAssembler();
  await spans.write([span("s1", "t1")]);
  await assembler.settle();
  const mappings = JSON.parse(await spans.ask("GET", "/traces/_mapping"));
  const typeIn = (index: string) => mappings[index].mappings.properties?.span_ids?.type;
  assert.equal(typeIn("traces-2021.11.17"), "keyword");
  assert.equal(mappings["traces-2021.11.18"].mappings.properties.trace_id.type, "long");
  assert.equal(typeIn("traces-2021.11.20"), "keyword");
  notices.length = 0;
  await setUpIndices(elastic.connection, notice);
  assert.equal(notices.length, 1);
});

test("an index that an agent wrote to before there was any template holds up nothing", async () => {
  await spans.write([span("s1", "t1")]);
  const notices: string[] = [];
  await setUpIndices(elastic.connection, (_message, details) => notices.push(JSON.stringify(details)));
  assert.match(notices.join(), /spans_a1: /);
  await newAssembler().settle();
  assert.deepEqual(await placesOfTraces(), { t1: "traces-2021.11.20" });
});

test("an older assembler leaves the templates of a later one alone", async () => {
  await setUpIndices(elastic.connection);
  const path = "/_index_template/deeptrace-traces";
  const [{ index_template: ours }] = JSON.parse(await spans.ask("GET", path)).index_templates;
  const later = { ...ours, _meta: { version: 1_000_000 } };
  await spans.ask("PUT", path, JSON.stringify(later));
  const notices: object[] = [];
  await setUpIndices(elastic.connection, (_message, details) => notices.push(details));
  assert.deepEqual(notices, [{ templates: ["deeptrace-traces"] }]);
  const [{ index_template: found }] = JSON.parse(await spans.ask("GET", path)).index_templates;
  assert.deepEqual(found, later);
  await spans.ask("PUT", path, JSON.stringify(ours));
});
