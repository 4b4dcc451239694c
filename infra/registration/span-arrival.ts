/** What has come of an agent's spans since its gate began; pure. */

import type { Hit } from "../../assembler/elastic/search-hits";
import { decodeSpan, isFault } from "../../assembler/span/decode-span";

/** The last write of each shard of an index; the index' own id tells when it was made anew. */
export interface ShardMarks {
  /** Undefined while the index does not exist. */
  readonly uuid: string | undefined;
  /** By shard number: the highest `_seq_no`, -1 if nothing was ever written. */
  readonly highest: Readonly<Record<string, number>>;
}

/** `GET INDEX/_stats/docs?level=shards`, as far as it is asked for. */
export interface ShardStats {
  readonly indices?: Record<string, { uuid: string; shards: Record<string, ShardCopy[]> }>;
}

interface ShardCopy {
  readonly routing: { readonly primary: boolean };
  readonly seq_no?: { readonly max_seq_no: number };
}

export function shardMarks({ indices }: ShardStats): ShardMarks {
  const [index] = Object.values(indices ?? {});
  if (index === undefined) return { uuid: undefined, highest: {} };
  const highest = Object.entries(index.shards).map(([shard, copies]) => {
    const primary = copies.find(({ routing }) => routing.primary) ?? copies[0];
    return [shard, primary?.seq_no?.max_seq_no ?? -1];
  });
  return { uuid: index.uuid, highest: Object.fromEntries(highest) };
}

/** The shards that were written to since `before`, each with the mark beyond which to read. */
export function shardsWithNews(before: ShardMarks, now: ShardMarks): { shard: string; after: number }[] {
  const sameIndex = before.uuid === now.uuid;
  return Object.entries(now.highest)
    .map(([shard, highest]) => ({ shard, highest, after: sameIndex ? (before.highest[shard] ?? -1) : -1 }))
    .filter(({ highest, after }) => highest > after)
    .map(({ shard, after }) => ({ shard, after }));
}

/** How many of some new documents read as spans, and why the first that does not. */
export interface Arrival {
  readonly spans: number;
  readonly rejected: number;
  readonly reason: string | undefined;
}

/** Reads the documents as the assembler will. */
export function judgeArrival(agent: string, hits: readonly Hit[]): Arrival {
  let spans = 0;
  let reason: string | undefined;
  for (const hit of hits) {
    const decoded = decodeSpan(hit.source, agent, hit.id);
    if (isFault(decoded)) reason ??= decoded.reason;
    else spans += 1;
  }
  return { spans, rejected: hits.length - spans, reason };
}

/** An agent passes when most of what it sends can be read: a single odd span says nothing about it, a fleet of them does. */
export function passes({ spans, rejected }: Arrival): boolean {
  return spans > rejected;
}
