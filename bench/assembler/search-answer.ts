import type { SpanDocument } from "./span-stream";

/** What Elasticsearch answers to the search for a page of spans; the first has the sequence number `first`. */
export function searchAnswer(index: string, documents: readonly SpanDocument[], first: number): Buffer {
  const hits = documents.map(
    ({ id, text }, place) =>
      `{"_index":"${index}","_id":"${id}","_version":1,"_score":null,"_source":${text},"sort":[${first + place}]}`,
  );
  return Buffer.from(
    `{"took":12,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},` +
      `"hits":{"max_score":null,"hits":[${hits.join(",")}]}}`,
  );
}
