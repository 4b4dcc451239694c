import type { ShardId, SpanHit } from "../store";
import type { ElasticConnection } from "./elastic-connection";
import { shardsAway } from "./elastic-error";
import { ElasticSpanSource } from "./elastic-span-source";

export interface ScannedDocument {
  readonly shard: ShardId;
  readonly hit: SpanHit;
}

const pageSize = 5000;

/**
 * Every document of the indices as they are at the start, whole or with the given fields only; in no useful order. Throws
 * ElasticError, also when a shard is away.
 */
export async function* scanIndex(
  connection: ElasticConnection,
  pattern: string,
  fields?: readonly string[],
): AsyncGenerator<ScannedDocument> {
  const source = new ElasticSpanSource(connection, pattern, pageSize, fields && { fields });
  const { heads, away } = await source.heads();
  if (away.length > 0) throw shardsAway(away);
  await source.makeReadable(heads);
  for (const head of heads) {
    for (let after = -1; after < head.checkpoint; ) {
      const page = await source.read(head, after);
      for (const hit of page.hits) yield { shard: page.shard, hit };
      after = page.upTo;
    }
  }
}
