import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { ElasticSpanSource } from "../../../assembler/elastic/elastic-span-source";

test("where a copy of a shard was not refreshed nothing is read: its answer may lack documents", async () => {
  let failed = 1;
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "application/json").setHeader("x-elastic-product", "Elasticsearch");
    answer.end(JSON.stringify({ _shards: { failed } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const connection = new ElasticConnection({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  try {
    const source = new ElasticSpanSource(connection, "spans_*", 10);
    const heads = [{ index: "spans_a1", uuid: "u", shard: 0, checkpoint: 5 }];
    await assert.rejects(source.makeReadable(heads), {
      kind: "busy",
      message: "copies of shards that were not refreshed: 1",
    });
    failed = 0;
    await source.makeReadable(heads);
  } finally {
    await connection.close();
    server.close();
  }
});
