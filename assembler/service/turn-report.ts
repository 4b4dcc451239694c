import type { Turn } from "../turn";

const mostNamed = 100;

/** What one turn did, for people. */
export interface TurnReport {
  readonly milliseconds: number;
  readonly pages: readonly { shard: string; after: number; up_to: number; documents: number }[];
  readonly spans: number;
  /** Documents that are no spans, with the first reasons. */
  readonly faults: number;
  readonly fault_reasons: readonly string[];
  /** Ids of traces that were due, and of stored ones taken back. */
  readonly traces_due: number;
  readonly trace_ids: readonly string[];
  readonly traces_recalled: number;
  /** The next turn has more to read or to write. */
  readonly more: boolean;
  /** What Elasticsearch said when it did not take everything. */
  readonly busy: string | null;
}

export function turnReport(turn: Turn, milliseconds: number): TurnReport {
  const faults = turn.decoded.flatMap((page) => page.faults);
  return {
    milliseconds: Math.round(milliseconds),
    pages: turn.pages.map(({ shard, after, upTo, hits }) => ({
      shard: `${shard.index}/${shard.shard}`,
      after,
      up_to: upTo,
      documents: hits.length,
    })),
    spans: turn.decoded.reduce((sum, { spans }) => sum + spans.length, 0),
    faults: faults.length,
    fault_reasons: faults.slice(0, mostNamed).map(({ hit, fault }) => `${hit.id}: ${fault.field}: ${fault.reason}`),
    traces_due: turn.assembled.length,
    trace_ids: turn.assembled.slice(0, mostNamed).map(({ traceId }) => traceId),
    traces_recalled: turn.known.length,
    more: turn.more,
    busy: turn.busy ?? null,
  };
}
