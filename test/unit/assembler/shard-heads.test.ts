import assert from "node:assert/strict";
import { test } from "node:test";
import { ElasticSpanSource } from "../../../assembler/elastic/elastic-span-source";
import { withAnswers } from "./support/with-answers";

const copies = [{ routing: { primary: true }, seq_no: { global_checkpoint: 5 } }];

test("an index of which a shard was away when it was asked is away, though it is back when one asks after it", async () => {
  const stats = {
    _shards: { total: 5, successful: 2 },
    indices: {
      spans_whole: { uuid: "w", shards: { "0": copies } },
      spans_half: { uuid: "h", shards: { "1": copies } },
    },
  };
  const health = {
    indices: {
      spans_whole: { status: "yellow", number_of_shards: 1 },
      spans_half: { status: "yellow", number_of_shards: 2 },
      spans_none: { status: "green", number_of_shards: 1 },
      spans_rejected: { status: "red", number_of_shards: 1 },
    },
  };
  await withAnswers(
    (url) => (url.includes("_stats") ? stats : health),
    async (connection) => {
      assert.deepEqual(await new ElasticSpanSource(connection, "spans_*", 10).heads(), {
        heads: [{ index: "spans_whole", uuid: "w", shard: 0, checkpoint: 5 }],
        away: ["spans_half", "spans_none"],
      });
    },
  );
});
