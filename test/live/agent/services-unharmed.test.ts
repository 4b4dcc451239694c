import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { runLoad } from "../../../examples/services/load";
import { waitFor } from "../../testbed/wait-for";
import type { AgentInstallation } from "./running-agent";
import type { Shop } from "./shop";
import { openTracedShop, type TracedShop } from "./traced-shop";

let opened: TracedShop;
let shop: Shop;
let agent: AgentInstallation;

before(async () => {
  opened = await openTracedShop("unharmed");
  ({ shop, agent } = opened);
});
after(() => opened?.close());

const servicePids = (): number[] => Object.values(shop.services).map(({ pid }) => pid);

/** Pids of the tracers of the shop's threads. */
function tracers(): number[] {
  const found = servicePids().map(
    (pid) => /^TracerPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1],
  );
  return found.map(Number).filter((pid) => pid !== 0);
}

for (const [how, end] of [
  ["stopped", async () => void (await agent.script("stop_agent.sh"))],
  ["killed", async () => void process.kill((await agent.status()).pid, "SIGKILL")],
] as [string, () => Promise<void>][]) {
  test(`an agent that is ${how} under load harms no request and leaves no strace`, async () => {
    await agent.start();
    await agent.attached();
    const straces = tracers();
    assert.equal(straces.length, servicePids().length);
    const load = runLoad({ url: shop.url, requests: 400, concurrency: 8, seed: how });
    await waitFor(async () => (await agent.status()).spans.paired > 500, {
      timeoutMs: 30_000,
      what: "the load to run",
    });
    await end();
    const { failed } = await load;
    assert.equal(failed, 0);
    await waitFor(async () => tracers().length === 0 && !straces.some(isAlive), {
      timeoutMs: 10_000,
      what: "every strace to be gone",
    });
    const afterwards = await runLoad({ url: shop.url, requests: 40, concurrency: 8, seed: `after-${how}` });
    assert.equal(afterwards.failed, 0);
  });
}

test("an idle service is let go of as well when the agent is killed", async () => {
  await agent.start();
  await agent.attached();
  const straces = tracers();
  process.kill((await agent.status()).pid, "SIGKILL");
  await waitFor(async () => tracers().length === 0 && !straces.some(isAlive), {
    timeoutMs: 10_000,
    what: "every strace to be gone",
  });
  assert.ok(servicePids().every(isAlive));
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
