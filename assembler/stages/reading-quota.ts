/** Fewer spans than this are not worth a request of their own, where more are there. */
const leastSpans = 500;

/**
 * How many of `backlog` documents to read of a shard in one turn, when `total` are waiting in all shards and about `most`
 * are to be read: each shard's share of them. So all shards come to their ends together, and the spans of one request,
 * which lie in several, are read at about the same time; were one read first, its spans would have left memory before the
 * others' come.
 */
export function readingQuota(backlog: number, total: number, most: number): number {
  if (total <= most) return backlog;
  return Math.min(backlog, Math.max(leastSpans, Math.ceil((most * backlog) / total)));
}
