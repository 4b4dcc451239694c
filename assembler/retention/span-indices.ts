import type { ElasticConnection } from "../elastic/elastic-connection";
import { rejectedIndex } from "../elastic/index-names";
import type { SpanIndexMark } from "./retention-record";

export interface SpanIndex {
  readonly index: string;
  readonly createdAt: number;
  readonly mark: SpanIndexMark;
}

interface IndexSettings {
  readonly settings: { readonly index: { readonly creation_date: string } };
}

type Copies = { readonly seq_no?: { readonly max_seq_no: number } }[];

/** Every open index of spans, with the mark it has now: that of `seen` if nothing was written since. */
export async function spanIndices(
  connection: ElasticConnection,
  pattern: string,
  seen: Readonly<Record<string, SpanIndexMark>>,
  now: number,
): Promise<SpanIndex[]> {
  const path = `/${encodeURIComponent(pattern)}`;
  const [settings, stats] = await Promise.all([
    connection.askJson<Record<string, IndexSettings>>({
      method: "GET",
      path: `${path}/_settings`,
      query: { filter_path: "*.settings.index.creation_date", expand_wildcards: "open" },
    }),
    connection.askJson<{ indices?: Record<string, { uuid: string; shards: Record<string, Copies> }> }>({
      method: "GET",
      path: `${path}/_stats/docs`,
      query: {
        level: "shards",
        expand_wildcards: "open",
        filter_path: "indices.*.uuid,indices.*.shards.*.seq_no.max_seq_no",
      },
    }),
  ]);
  const indices: SpanIndex[] = [];
  for (const [index, { uuid, shards }] of Object.entries(stats.indices ?? {})) {
    const createdAt = Number(settings[index]?.settings.index.creation_date);
    if (index === rejectedIndex || Number.isNaN(createdAt)) continue;
    const ends = Object.entries(shards).map(
      ([shard, copies]) => `${shard}:${Math.max(...copies.map((copy) => copy.seq_no?.max_seq_no ?? -1))}`,
    );
    const writes = [uuid, ...ends.sort()].join(" ");
    const before = seen[index];
    indices.push({ index, createdAt, mark: before?.writes === writes ? before : { writes, since: now } });
  }
  return indices.sort((left, right) => (left.index < right.index ? -1 : 1));
}
