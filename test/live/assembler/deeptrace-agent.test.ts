import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../../testbed/wait-for";
import { deeptraceDocument } from "../../unit/assembler/support/deeptrace-document";
import { mixedRequest, type SeenSketch } from "../../unit/assembler/support/mixed-request";
import { LiveAssembler } from "./support/live-assembler";
import { LiveElastic } from "./support/live-elastic";

/** What DeepTrace's own agents write, as Elasticsearch has it from them. */

const requests = 50;
const spansOfRequest = 9;

const elastic = new LiveElastic(async () => {
  assembler = elastic.own(
    new LiveAssembler({ url: elastic.elasticsearch.nodeUrl }, { service_metrics: { rest_ms: 300, max_wait_ms: 1000 } }),
  );
  await assembler.start();
  await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "the assembler to be ready" });
});
const { spans } = elastic;
let assembler: LiveAssembler;

/** As the agent does when it starts: its index no longer refreshes by itself. It may be there already, or not yet. */
async function startAgent(agent: string): Promise<void> {
  await spans.ask("PUT", `/spans_${agent}`);
  await spans.ask("PUT", `/spans_${agent}/_settings`, '{"index":{"refresh_interval":"-1"}}');
}

/** As the agent does with what it has gathered: Elasticsearch makes the `_id`s. Each host booted at another time. */
async function send(seen: readonly SeenSketch[]): Promise<void> {
  const lines = seen.flatMap(({ agent, sketch }) => [
    JSON.stringify({ index: { _index: `spans_${agent}` } }),
    deeptraceDocument(sketch, 520_522_930_241_342n * BigInt(agent.slice(1))),
  ]);
  const { errors } = JSON.parse(await spans.ask("POST", "/_bulk?filter_path=errors", `${lines.join("\n")}\n`));
  assert.equal(errors, false);
}

/** From when the first were sent until now. */
function* sentMinutes(): Generator<number> {
  for (let minute = minuteOf(sentAt); minute <= minuteOf(Date.now()); minute += 60_000) yield minute;
}

const minuteOf = (time: number) => Math.floor(time / 60_000) * 60_000;
let sentAt: number;

interface StoredTrace {
  readonly minutes: readonly number[];
  readonly span_num: number;
  readonly endpoint: string;
  readonly client_ip: string;
  readonly server_port: number;
  readonly operations: readonly unknown[];
  readonly clock_corrections: readonly unknown[];
  readonly spans: readonly { span_id: string; agent: string; document_id: string }[];
}

async function traces(): Promise<StoredTrace[]> {
  return [...(await spans.traces()).values()].map((text) => JSON.parse(text));
}

test("spans without ids, with addresses as numbers and times since boot become whole traces", async () => {
  for (const agent of ["a1", "a2", "a3"]) await startAgent(agent);
  sentAt = Date.now();
  const seen = Array.from({ length: requests }, (_, number) => mixedRequest(number)).flat();
  // The callee's agent may be first.
  await send(seen.filter(({ agent }) => agent !== "a1"));
  await send(seen.filter(({ agent }) => agent === "a1"));
  const isWhole = ({ span_num }: StoredTrace) => span_num === spansOfRequest;
  const found = async () => (await traces()).filter(isWhole).length === requests;
  await waitFor(found, { timeoutMs: 60_000, what: `${requests} whole traces` });
  for (const trace of await traces()) {
    assert.deepEqual([trace.endpoint, trace.client_ip, trace.server_port], ["GET /", "10.9.9.9", 80]);
    assert.equal(trace.operations.length, 2, "both sides of each call between traced services are one operation");
    assert.equal(trace.clock_corrections.length, 2);
    for (const { span_id, agent, document_id } of trace.spans) assert.equal(span_id, `${agent}:${document_id}`);
  }
  assert.deepEqual(await spans.rejections(), []);
});

interface MetricsLine {
  readonly minute: number;
  readonly service?: string;
  readonly count: number;
}

test("they count in the minutes in which Elasticsearch took them, as no clock of theirs tells the time of day", async () => {
  const minutes = new Set([...sentMinutes()]);
  for (const trace of await traces()) {
    assert.ok(trace.minutes.length > 0 && trace.minutes.every((minute) => minutes.has(minute)), `${trace.minutes}`);
  }
  const counted = async (index: string) => (await spans.texts(index)).map((text) => JSON.parse(text) as MetricsLine);
  const total = async (index: string) => (await counted(index)).reduce((sum, { count }) => sum + count, 0);
  const spansInAll = async () => (await total("service_metrics")) + (await total("call_graph"));
  await waitFor(async () => (await spansInAll()) === requests * spansOfRequest, {
    timeoutMs: 60_000,
    what: "each span to be counted once",
  });
  for (const { minute } of await counted("service_metrics")) assert.ok(minutes.has(minute));
  assert.equal(await assembler.metric("traces_without_minute_total"), 0);
  assert.doesNotMatch((await assembler.command("status")).stdout, /in no minute/);
});

test("read again from the start, they are the same spans: no trace comes twice", async () => {
  await assembler.end("SIGKILL");
  await spans.ask("DELETE", "/deeptrace_assembler");
  await assembler.start();
  const count = await assembler.verify();
  const { lost, duplicated, split, outdated, rejected } = count;
  assert.deepEqual(
    { lost, duplicated, split, outdated, rejected },
    { lost: 0, duplicated: 0, split: 0, outdated: 0, rejected: 0 },
  );
  await waitFor(async () => (await assembler.metric("spans_read_total")) === requests * spansOfRequest, {
    timeoutMs: 60_000,
    what: "all spans to be read again",
  });
  assert.equal((await assembler.verify()).duplicated, 0);
  assert.equal((await traces()).length, requests);
});

test("traces that an earlier version stored without their minutes get them by a backfill of the times since boot", async () => {
  const before = await minutesById();
  for (const id of before.keys()) await spans.ask("POST", `/traces/_update/${id}`, '{"doc":{"minutes":[]}}');
  const { stderr } = await assembler.command(
    "backfill",
    "--from",
    "1970-01-01T00:00:00Z",
    "--to",
    "1971-01-01T00:00:00Z",
  );
  assert.deepEqual(await minutesById(), before, stderr);
});

async function minutesById(): Promise<Map<string, readonly number[]>> {
  const texts = [...(await spans.traces())];
  return new Map(texts.map(([id, text]) => [id, (JSON.parse(text) as StoredTrace).minutes]));
}

test("spans of such clocks whose documents the agent names itself count in no minute, and the status says so", async () => {
  const sketch = { id: "own", start: 0, end: 1_000_000, from: "10.0.9.1:80", to: "10.9.9.9:5001" };
  await spans.ask("PUT", "/spans_a1/_doc/own?refresh=true", deeptraceDocument(sketch, 7_000_000_000n));
  await waitFor(async () => (await assembler.metric("traces_without_minute_total")) === 1, {
    timeoutMs: 30_000,
    what: "the trace without a minute",
  });
  await spans.ask("POST", "/traces/_refresh");
  assert.match(
    (await assembler.command("status")).stdout,
    /^1 trace of the last hour counts in no minute, and so in no metrics: neither clocks nor ids of span documents tell/m,
  );
});
