import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runLoad } from "../../../examples/services/load";
import type { RunningElasticsearch } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import type { AgentInstallation } from "./running-agent";
import type { Shop } from "./shop";
import { storedSpans } from "./stored-spans";
import { openTracedShop, type TracedShop } from "./traced-shop";

let opened: TracedShop;
let elasticsearch: RunningElasticsearch;
let shop: Shop;
let agent: AgentInstallation;

before(async () => {
  opened = await openTracedShop("settings", ["frontend"]);
  ({ elasticsearch, shop, agent } = opened);
  await agent.start();
  await agent.attached();
});
after(() => opened?.close());

const attachedServices = async (): Promise<string[]> => (await agent.status()).services.map(({ name }) => name);

test("services are attached and let go of as an update says, at once", async () => {
  const { cart = "", backend = "" } = shop.patterns;
  const updated = await agent.update({ ebpf: { services: { cart, backend } } });
  assert.deepEqual(updated, { status: 200, answer: { applied: ["ebpf.services"] } });
  await agent.attached();
  assert.deepEqual(await attachedServices(), ["backend", "cart"]);
});

test("a process can be watched by its pid", async () => {
  const { pid } = shop.services.catalog;
  assert.equal((await agent.update({ ebpf: { pids: [pid] } })).status, 200);
  await waitFor(async () => (await agent.status()).services.some(({ pids }) => pids.includes(pid)), {
    timeoutMs: 10_000,
    what: "the pid to be attached",
  });
});

test("spans go to another index from the moment it is set", async () => {
  assert.equal((await agent.update({ sender: { elastic: { index_name: "spans_other" } } })).status, 200);
  const load = await runLoad({ url: shop.url, requests: 10, concurrency: 2, seed: "other" });
  assert.equal(load.failed, 0);
  await waitFor(async () => (await agent.status()).spans.buffered === 0 && (await agent.status()).spans.written > 0, {
    timeoutMs: 20_000,
    what: "the spans to be written",
  });
  assert.ok((await storedSpans(elasticsearch, "spans_other")).length > 0);
  assert.deepEqual(await storedSpans(elasticsearch, "spans_settings"), []);
  assert.deepEqual((await agent.status()).config_changed, ["ebpf.pids", "ebpf.services", "sender.elastic.index_name"]);
});

test("what needs a restart is named, and nothing is applied", async () => {
  const { status, answer } = await agent.update({ api: { port: 1 }, sender: { batch_size: 3 } });
  assert.equal(status, 409);
  assert.deepEqual(answer.restart, ["api.port"]);
  assert.equal((await agent.status()).config_changed.includes("sender.batch_size"), false);
});

test("a wrong update is refused with its reason", async () => {
  const { status, answer } = await agent.update({ sender: { batch_size: 0, elastic: { bulk_sise: 3 } } });
  assert.equal(status, 400);
  assert.match(answer.error ?? "", /sender\.batch_size: got 0/);
  assert.match(answer.error ?? "", /did you mean bulk_size\?/);
});

test("the password is told nowhere and goes to no other server", async () => {
  const moved = await agent.update({ sender: { elastic: { node_url: "http://127.0.0.1:9" } } });
  assert.equal(moved.status, 400);
  const told = [JSON.stringify(await agent.status()), JSON.stringify(moved), agent.log()].join("\n");
  assert.doesNotMatch(told, new RegExp(elasticsearch.password));
});
