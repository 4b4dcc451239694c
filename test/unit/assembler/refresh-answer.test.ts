import assert from "node:assert/strict";
import { test } from "node:test";
import { ElasticSpanSource } from "../../../assembler/elastic/elastic-span-source";
import { withAnswers } from "./support/with-answers";

test("where a copy of a shard was not refreshed nothing is read: its answer may lack documents", async () => {
  let failed = 1;
  await withAnswers(
    () => ({ _shards: { failed } }),
    async (connection) => {
      const source = new ElasticSpanSource(connection, "spans_*", 10);
      const heads = [{ index: "spans_a1", uuid: "u", shard: 0, checkpoint: 5 }];
      await assert.rejects(source.makeReadable(heads), {
        kind: "busy",
        message: "copies of shards that were not refreshed: 1",
      });
      failed = 0;
      await source.makeReadable(heads);
    },
  );
});
