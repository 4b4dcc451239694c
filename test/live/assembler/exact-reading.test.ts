import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ElasticConnection } from "../../../assembler/elastic/elastic-connection";
import { ElasticSpanSource } from "../../../assembler/elastic/elastic-span-source";
import { shardKey } from "../../../assembler/store";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { Random } from "../../unit/assembler/support/random";
import { spanText } from "../../unit/assembler/support/span-text";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
});
after(() => testbed.close());

test("while eight writers fill three shards with spans up to five seconds late, each is read once", async () => {
  const index = new SpanIndex(elasticsearch.nodeUrl);
  await index.create("spans_many", 3);
  const total = 20_000;
  const batch = 100;
  const random = new Random(1);
  let next = 0;
  const write = async () => {
    while (next < total) {
      const first = next;
      next += batch;
      await index.write(
        Array.from({ length: batch }, (_, place) => {
          const id = `m${first + place}`;
          const start = (first + place) * 1000 - random.int(0, 5_000_000_000);
          return { index: "spans_many", id, text: spanText({ id, start, end: start + 10 }) };
        }),
      );
    }
  };
  const writing = Promise.all(Array.from({ length: 8 }, write));
  let isWritten = false;
  writing.then(() => {
    isWritten = true;
  });

  const { url, username, password } = elasticsearch;
  const connection = new ElasticConnection({ url, username, password });
  const source = new ElasticSpanSource(connection, "spans_*", 700);
  const readUpTo = new Map<string, number>();
  const times = new Map<string, number>();
  for (let isLast = false; !isLast; ) {
    isLast = isWritten;
    const { heads } = await source.heads();
    await source.makeReadable(heads);
    for (const head of heads) {
      for (let after = readUpTo.get(shardKey(head)) ?? -1; after < head.checkpoint; ) {
        const page = await source.read(head, after);
        for (const { id } of page.hits) times.set(id, (times.get(id) ?? 0) + 1);
        after = page.upTo;
        readUpTo.set(shardKey(head), after);
      }
    }
  }
  await writing;
  await connection.close();
  assert.equal(times.size, total);
  assert.deepEqual(
    [...times].filter(([, count]) => count !== 1),
    [],
  );
});
