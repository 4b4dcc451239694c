import type { ElasticConnection } from "../elastic/elastic-connection";
import { assemblerIndex } from "../elastic/index-names";
import type { ShardCursor } from "../store";

export interface Unread {
  readonly documents: number;
  /** Names of those who are not done with them. */
  readonly by: readonly string[];
}

export interface Readers {
  /** What the ids of the cursor documents of such readers begin with. */
  readonly cursors: "cursors-" | "otlp-export-";
  /** Name of one who reads all of it, also where it has no cursor yet; undefined: nobody does. */
  readonly certain: string | undefined;
}

/**
 * By index: documents that a reader has not committed, of every reader that has begun to read the index. A document
 * that an assembler still holds open counts as unread.
 */
export async function unreadDocuments(
  connection: ElasticConnection,
  indices: string,
  { cursors: prefix, certain }: Readers,
): Promise<ReadonlyMap<string, Unread>> {
  // Cursors first: they never pass what the shards have by now.
  const cursors = await committedCursors(connection, prefix);
  const shards = await shardEnds(connection, indices);
  const unread = new Map<string, { documents: number; by: Set<string> }>();
  for (const { index, key, last } of shards) {
    const found = unread.get(index) ?? { documents: 0, by: new Set() };
    unread.set(index, found);
    let most = 0;
    for (const name of new Set([...cursors.keys(), ...(certain === undefined ? [] : [certain])])) {
      const committed = cursors.get(name)?.get(key) ?? (name === certain ? -1 : last);
      if (committed >= last) continue;
      most = Math.max(most, last - committed);
      found.by.add(name);
    }
    found.documents += most;
  }
  return new Map([...unread].map(([index, { documents, by }]) => [index, { documents, by: [...by].sort() }]));
}

/** A shard that is away may hold anything: its end is Infinity. */
async function shardEnds(connection: ElasticConnection, indices: string) {
  // First: of an index that is made meanwhile nothing is asked here.
  const counts = await shardCounts(connection, indices);
  type Copies = { routing: { primary: boolean }; seq_no?: { max_seq_no: number } }[];
  type Answer = { indices?: Record<string, { uuid: string; shards: Record<string, Copies> }> };
  const answer = await connection.askJson<Answer>({
    method: "GET",
    path: `/${encodeURIComponent(indices)}/_stats/docs`,
    query: {
      level: "shards",
      expand_wildcards: "open",
      filter_path: "indices.*.uuid,indices.*.shards.*.routing.primary,indices.*.shards.*.seq_no.max_seq_no",
    },
    allowed: [404],
  });
  return Object.entries(answer.indices ?? {}).flatMap(([index, { uuid, shards }]) =>
    Array.from({ length: counts.get(index) ?? 0 }, (_, shard) => {
      const primary = shards[shard]?.find(({ routing }) => routing.primary);
      return { index, key: `${uuid}/${shard}`, last: primary?.seq_no?.max_seq_no ?? Number.POSITIVE_INFINITY };
    }),
  );
}

/** How many shards each index has, also those that are away. */
async function shardCounts(connection: ElasticConnection, indices: string): Promise<ReadonlyMap<string, number>> {
  type Answer = Record<string, { settings: { index: { number_of_shards: string } } }>;
  const { status, body } = await connection.ask({
    method: "GET",
    path: `/${encodeURIComponent(indices)}/_settings`,
    query: { expand_wildcards: "open", filter_path: "*.settings.index.number_of_shards" },
    allowed: [404],
  });
  if (status === 404) return new Map();
  const answer = JSON.parse(body.toString("utf8")) as Answer;
  return new Map(
    Object.entries(answer).map(([index, { settings }]) => [index, Number(settings.index.number_of_shards)]),
  );
}

/** By name of the reader: how far each shard is committed. */
async function committedCursors(connection: ElasticConnection, prefix: string) {
  await connection.ask({ method: "POST", path: `/${assemblerIndex}/_refresh`, allowed: [404] });
  type Answer = { hits: { hits: { _id: string; _source: { shards?: ShardCursor[] } }[] } };
  const { status, body } = await connection.ask({
    method: "POST",
    path: `/${assemblerIndex}/_search`,
    body: { size: 10_000, track_total_hits: false },
    allowed: [404],
  });
  if (status === 404) return new Map<string, ReadonlyMap<string, number>>();
  const { hits } = (JSON.parse(body.toString("utf8")) as Answer).hits;
  return new Map(
    hits
      .filter(({ _id }) => _id.startsWith(prefix))
      .map(({ _id, _source }) => [
        _id.slice(prefix.length),
        new Map((_source.shards ?? []).map(({ uuid, shard, committed }) => [`${uuid}/${shard}`, committed])),
      ]),
  );
}
