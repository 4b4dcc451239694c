import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
});
after(() => testbed.close());

/** Asks through the password. */
async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; answer: Answer }> {
  const { username, password, url } = elasticsearch;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

interface Answer {
  version?: { number: string };
  count?: number;
  found?: boolean;
}

test("Elasticsearch answers only with the password", async () => {
  assert.equal((await fetch(elasticsearch.url)).status, 401);
  const wrong = { authorization: `Basic ${Buffer.from("elastic:wrong").toString("base64")}` };
  assert.equal((await fetch(elasticsearch.url, { headers: wrong })).status, 401);
  const { status, answer } = await ask("GET", "/");
  assert.equal(status, 200);
  assert.equal(answer.version?.number, "8.19.0");
});

test("a bulk request of 20 MB passes the gate", async () => {
  const document = JSON.stringify({ text: "x".repeat(2000) });
  const body = `{"index":{}}\n${document}\n`.repeat(10_000);
  const { username, password, url } = elasticsearch;
  const response = await fetch(`${url}/bulk-test/_bulk?refresh=true`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
      "content-type": "application/x-ndjson",
    },
    body,
  });
  assert.equal(response.status, 200);
  await response.arrayBuffer();
  assert.equal((await ask("GET", "/bulk-test/_count")).answer.count, 10_000);
});

test("a crash loses no document that was acknowledged, and the address stays", async () => {
  const { status } = await ask("PUT", "/crash-test/_doc/1", { kept: true });
  assert.equal(status, 201);
  await elasticsearch.kill();
  assert.equal((await fetch(elasticsearch.url, { headers: {} })).status, 401);
  await assert.rejects(fetch(elasticsearch.nodeUrl));
  await elasticsearch.start();
  assert.equal((await ask("GET", "/crash-test/_doc/1")).answer.found, true);
});

test("it stops cleanly and starts again", async () => {
  await elasticsearch.stop();
  await assert.rejects(fetch(elasticsearch.nodeUrl));
  await elasticsearch.start();
  assert.equal((await ask("GET", "/bulk-test/_count")).answer.count, 10_000);
});
