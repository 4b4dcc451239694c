/** What has come of an agent's spans since its gate began; pure. */

import type { Hit } from "../../assembler/elastic/search-hits";
import { decodeSpan, isFault } from "../../assembler/span/decode-span";

/** The last write of a shard. */
export interface ShardMark {
  readonly index: string;
  readonly shard: string;
  /** The highest `_seq_no`, -1 if nothing was ever written. */
  readonly highest: number;
}

/**
 * Marks of an index, or of all indices behind an alias, by the index' own id, which tells when it was made anew, and shard
 * number. None while there is no index.
 */
export type ShardMarks = ReadonlyMap<string, ShardMark>;

/** `GET INDEX/_stats/docs?level=shards`, as far as it is asked for. */
export interface ShardStats {
  readonly indices?: Record<string, { uuid: string; shards: Record<string, ShardCopy[]> }>;
}

interface ShardCopy {
  readonly routing: { readonly primary: boolean };
  readonly seq_no?: { readonly max_seq_no: number };
}

export function shardMarks({ indices }: ShardStats): ShardMarks {
  const marks = new Map<string, ShardMark>();
  for (const [index, { uuid, shards }] of Object.entries(indices ?? {})) {
    for (const [shard, copies] of Object.entries(shards)) {
      const primary = copies.find(({ routing }) => routing.primary) ?? copies[0];
      marks.set(`${uuid}/${shard}`, { index, shard, highest: primary?.seq_no?.max_seq_no ?? -1 });
    }
  }
  return marks;
}

/** The shards that were written to since `before`, each with the mark beyond which to read. */
export function shardsWithNews(before: ShardMarks, now: ShardMarks): ShardNews[] {
  return [...now]
    .map(([key, { index, shard, highest }]) => ({ index, shard, highest, after: before.get(key)?.highest ?? -1 }))
    .filter(({ highest, after }) => highest > after)
    .map(({ index, shard, after }) => ({ index, shard, after }));
}

export interface ShardNews {
  readonly index: string;
  readonly shard: string;
  readonly after: number;
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
