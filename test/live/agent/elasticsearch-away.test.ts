import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runLoad } from "../../../examples/services/load";
import type { RunningElasticsearch } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import type { AgentInstallation } from "./running-agent";
import type { Shop } from "./shop";
import { spanCounts, storedSpans } from "./stored-spans";
import { openTracedShop, type TracedShop } from "./traced-shop";

let opened: TracedShop;
let elasticsearch: RunningElasticsearch;
let shop: Shop;
let agent: AgentInstallation;
const expected: Record<string, number> = {};

before(async () => {
  opened = await openTracedShop("away");
  ({ elasticsearch, shop, agent } = opened);
  await agent.start();
  await agent.attached();
});
after(() => opened?.close());

/** Sends requests that must succeed, and waits until the agent has paired all of their spans. */
async function send(requests: number, seed: string): Promise<void> {
  const before = (await agent.status()).spans.paired;
  const load = await runLoad({ url: shop.url, requests, concurrency: 8, seed });
  assert.equal(load.failed, 0, "a store that is away harms no request");
  Object.assign(expected, load.expectedSpans);
  const count = Object.values(load.expectedSpans).reduce((sum, spans) => sum + spans, 0);
  await waitFor(async () => (await agent.status()).spans.paired - before >= count, {
    timeoutMs: 20_000,
    what: "all spans to be paired",
  });
}

async function allWritten(): Promise<void> {
  await waitFor(async () => (await agent.status()).spans.buffered === 0, {
    timeoutMs: 60_000,
    what: "everything buffered to be written",
  });
  assert.equal((await agent.status()).spans.dropped, 0);
  assert.deepEqual(sorted(spanCounts(await storedSpans(elasticsearch, "spans_away"))), sorted(expected));
}

test("requests while Elasticsearch is away lose no span once it is back", async () => {
  await send(40, "there");
  await elasticsearch.kill();
  await send(80, "away");
  await waitFor(async () => (await agent.status()).elasticsearch.reachable === false, {
    timeoutMs: 20_000,
    what: "the agent to notice",
  });
  const { spans, elasticsearch: reached } = await agent.status();
  assert.ok(spans.buffered > 0);
  assert.match(reached.last_error ?? "", /^Elasticsearch at http/);
  assert.doesNotMatch(JSON.stringify(reached), new RegExp(elasticsearch.password));
  await elasticsearch.start();
  await allWritten();
});

test("spans outlive an agent that is stopped while Elasticsearch is away", async () => {
  await elasticsearch.kill();
  await send(60, "stopped");
  const { buffered } = (await agent.status()).spans;
  assert.ok(buffered > 0);
  const { code } = await agent.script("stop_agent.sh");
  assert.equal(code, 0);
  await elasticsearch.start();
  await agent.start();
  await allWritten();
});

test("spans on disk outlive an agent that is killed", async () => {
  await agent.attached();
  await elasticsearch.kill();
  await send(60, "killed");
  const { pid } = await agent.status();
  await waitFor(async () => agent.spooledSpans() === (await agent.status()).spans.buffered, {
    timeoutMs: 20_000,
    what: "all spans to be on disk",
  });
  process.kill(pid, "SIGKILL");
  await elasticsearch.start();
  await agent.start();
  await allWritten();
});

function sorted(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
