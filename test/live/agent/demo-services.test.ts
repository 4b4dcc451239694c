import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { runLoad } from "../../../examples/services/load";
import { OwnedProcesses } from "../../testbed/processes/owned-processes";
import { type Shop, startShop } from "./shop";

let directory: string;
let processes: OwnedProcesses;
let shop: Shop;

before(async () => {
  directory = mkdtempSync(path.join(tmpdir(), "shop-"));
  processes = new OwnedProcesses(directory);
  shop = await startShop(processes, directory);
});
after(async () => {
  await processes.close();
  rmSync(directory, { recursive: true, force: true });
});

async function ask(
  target: string,
  init: RequestInit = {},
): Promise<{ status: number; id: string | null; body: Answer }> {
  const headers = { "x-request-id": "r-1", "content-type": "application/json" };
  const response = await fetch(`${shop.url}${target}`, { ...init, headers });
  return { status: response.status, id: response.headers.get("x-request-id"), body: (await response.json()) as Answer };
}

interface Answer {
  error?: string;
  products?: unknown[];
  lines?: unknown[];
  prices?: unknown[];
  order?: string;
  total?: number;
}

test("a checkout brings prices and lines together, and the request id comes back", async () => {
  const { status, id, body } = await ask("/checkout?cart=c1");
  assert.deepEqual([status, id], [200, "r-1"]);
  assert.ok(body.prices?.length && body.lines?.length);
});

test("an order is stored with the total of its quote", async () => {
  const { status, body } = await ask("/order", { method: "POST", body: JSON.stringify({ cart: "c1", items: [] }) });
  assert.equal(status, 201);
  assert.match(body.order ?? "", /^ord-/);
  assert.ok((body.total ?? 0) > 0);
});

test("wrong requests are told apart from missing endpoints", async () => {
  assert.equal((await ask("/checkout")).status, 400);
  assert.equal((await ask("/order", { method: "POST", body: "[" })).status, 400);
  assert.equal((await ask("/nowhere")).status, 404);
});

test("a load is exactly as many requests as asked for, each with an id of its own, and the seed decides it", async () => {
  const options = { url: shop.url, requests: 60, concurrency: 8, seed: "load" };
  const [first, second] = [await runLoad(options), await runLoad(options)];
  assert.deepEqual([first.requests, first.failed, first.latenciesMs.length], [60, 0, 60]);
  assert.equal(new Set(first.requestIds).size, 60);
  assert.deepEqual(second.expectedSpans, first.expectedSpans);
  assert.deepEqual(Object.keys(first.expectedSpans), first.requestIds);
});

test("when a service behind it is away, the answer is 502 and names it", async () => {
  await shop.services.backend.end("SIGKILL");
  const { status, body } = await ask("/checkout?cart=c1");
  assert.equal(status, 502);
  assert.match(body.error ?? "", /^(catalog|cart) answered 502/);
  await shop.services.catalog.end("SIGKILL");
  const browse = await ask("/browse?category=lamps&cart=c1");
  assert.equal(browse.status, 502);
  assert.match(browse.body.error ?? "", /^catalog is away: /);
  const { failed } = await runLoad({ url: shop.url, requests: 10, concurrency: 4, seed: "away" });
  assert.equal(failed, 10);
});
