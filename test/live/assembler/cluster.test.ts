import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { ElasticSpanSource } from "../../../assembler/elastic/elastic-span-source";
import { unreadDocuments } from "../../../assembler/retention/unread-documents";
import { type ElasticsearchClusterNode, openTestbed, type RunningCluster, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { assembleBatch } from "../../unit/assembler/support/batch-model";
import { Random } from "../../unit/assembler/support/random";
import type { Arrival } from "../../unit/assembler/support/random-traffic";
import { spanText } from "../../unit/assembler/support/span-text";
import { assertStored } from "./support/assert-stored";
import { LiveAssembler } from "./support/live-assembler";
import { longTraffic } from "./support/long-traffic";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let cluster: RunningCluster;
let assembler: LiveAssembler;
let arrivals: Arrival[];
/** The node that leads at the start, whose address the assembler has first. */
let first: ElasticsearchClusterNode;

before(async () => {
  testbed = await openTestbed({ hosts: "process" });
  cluster = await testbed.elasticsearchCluster();
  await cluster.settled(3);
  first = await leader();
  const others = cluster.nodes.filter((node) => node !== first);
  assembler = new LiveAssembler({ url: first.url, other_urls: others.map(({ url }) => url) });
  await assembler.start();
  await waitFor(() => assembler.isReady(), { timeoutMs: 120_000, what: "the assembler to be ready" });
  const settings = { number_of_shards: 3, number_of_replicas: 1 };
  for (const agent of [1, 2, 3, 4, 9])
    await new SpanIndex(first.url).ask("PUT", `/spans_a${agent}`, JSON.stringify({ settings }));
  arrivals = longTraffic(new Random(12), 160);
});
after(async () => {
  await assembler?.close();
  await testbed.close();
});

async function leader(): Promise<ElasticsearchClusterNode> {
  const name = (await new SpanIndex(await living()).ask("GET", "/_cat/master?h=node")).trim();
  return cluster.nodes.find((node) => node.name === name) as ElasticsearchClusterNode;
}

async function living(): Promise<string> {
  for (const { url } of cluster.nodes) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return url;
  }
  throw new Error("no node answers");
}

/** Writes as agents do: again, to whichever node answers, until all is taken. */
async function write(some: readonly Arrival[]): Promise<void> {
  const isTaken = async () => {
    await new SpanIndex(await living()).write(some);
    return true;
  };
  await waitFor(isTaken, { timeoutMs: 60_000, what: "the cluster to take spans" });
}

/** Four writers go on while something happens. */
async function writeDuring(some: readonly Arrival[], happening: () => Promise<void>): Promise<void> {
  let next = 0;
  const writer = async () => {
    for (let from = next; from < some.length; from = next) {
      next += 25;
      await write(some.slice(from, from + 25));
    }
  };
  await Promise.all([writer(), writer(), writer(), writer(), happening()]);
}

async function assertExact(): Promise<void> {
  const { lost, duplicated, pending, split, outdated } = await assembler.verify();
  const nothing = { lost: 0, duplicated: 0, pending: 0, split: 0, outdated: 0 };
  assert.deepEqual({ lost, duplicated, pending, split, outdated }, nothing);
  const spans = new SpanIndex(await living());
  const batch = assembleBatch(await spans.documents());
  await waitFor(async () => (await assembler.metric("open_traces")) === 0, {
    timeoutMs: 30_000,
    what: "all to be written",
  });
  await assertStored(spans, batch.traces);
}

test("a cluster of which the leading node is killed in the middle of writing ends at the traces of one batch", async () => {
  const half = arrivals.length >> 1;
  await writeDuring(arrivals.slice(0, half), async () => {
    await waitFor(async () => (await assembler.metric("spans_read_total")) > 100, {
      timeoutMs: 60_000,
      what: "spans to be read",
    });
    await first.kill();
  });
  await waitFor(() => assembler.isReady(), { timeoutMs: 60_000, what: "the assembler to be well without the node" });
  await assertExact();
});

/** Spans of traces of their own in an index without copies, on every node. */
const bareSpans = (name: string) =>
  Array.from({ length: 60 }, (_, place) => {
    const id = `${name}${place}`;
    return { index: "spans_bare", id, text: spanText({ id, traceId: id, start: 1, end: 2 }) };
  });

async function hasTrace(id: string): Promise<void> {
  const path = `/traces/_count?q=trace_id:${id}`;
  const isThere = async () => JSON.parse(await new SpanIndex(await living()).ask("GET", path)).count === 1;
  await waitFor(isThere, { timeoutMs: 45_000, what: `trace ${id}` });
}

test("so it does when that node is back and another one is lost, with the only copy of a part of an index", async () => {
  await first.start();
  await cluster.settled(3);
  const spans = new SpanIndex(first.url);
  const settings = {
    number_of_shards: 3,
    number_of_replicas: 0,
    auto_expand_replicas: "false",
    "routing.allocation.total_shards_per_node": 1,
  };
  await spans.ask("PUT", "/spans_bare", JSON.stringify({ settings }));
  await spans.write(bareSpans("early"));
  for (const { id } of bareSpans("early")) await hasTrace(id);
  const connection = new ElasticConnection({ url: first.url });
  const shards = (await new ElasticSpanSource(connection, "spans_bare", 1).heads()).heads.map((head) => ({
    ...head,
    committed: head.checkpoint,
  }));
  await spans.ask("PUT", "/deeptrace_assembler/_doc/cursors-done", JSON.stringify({ shards }));
  const unread = async () =>
    (await unreadDocuments(connection, "spans_bare", { cursors: "cursors-", certain: undefined })).get("spans_bare");
  assert.deepEqual((await unread())?.by, ["default"]);

  const second = await leader();
  const half = arrivals.length >> 1;
  await writeDuring(arrivals.slice(half), () => second.kill());
  // Those for the parts that are left are taken; they are read when the index is whole again.
  const body = bareSpans("late").flatMap(({ id, text }) => [JSON.stringify({ index: { _id: id } }), text]);
  await spans.ask("POST", "/spans_bare/_bulk?timeout=1s", `${body.join("\n")}\n`);
  await write([
    { index: "spans_a1", id: "beside", text: spanText({ id: "beside", traceId: "beside", start: 1, end: 2 }) },
  ]);
  await hasTrace("beside");
  assert.deepEqual(await unread(), { documents: Number.POSITIVE_INFINITY, by: ["default", "done"] });
  assert.match((await assembler.command("verify")).stderr, /shards of spans_bare are away/);
  // Spans of it were in memory: they have to be read again before anything else.
  await assembler.end("SIGKILL");
  await assembler.start();
  const waits = async () =>
    (await assembler.get("/health/ready"))?.body.includes("shards of spans_bare are away") === true;
  await waitFor(waits, { timeoutMs: 60_000, what: "the assembler to wait for spans_bare" });
  await connection.close();

  await second.start();
  await write(bareSpans("late"));
  await assertExact();
  assert.deepEqual(
    assembler.log.filter(({ level }) => level === "error" || level === "fatal"),
    [],
  );
});
