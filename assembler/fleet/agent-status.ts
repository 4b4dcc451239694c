import type { AgentRecord, EarlierRecord } from "./agent-record";
import { lastByShard } from "./agent-record";
import type { AgentCondition, Verdict } from "./judge-agent";

/** A document of `agent_status`; its id is the agent's name. Times are milliseconds since 1970 by the assembler's clock. */
export interface AgentStatus {
  readonly agent: string;
  readonly status: AgentCondition;
  readonly reason: string;
  readonly since: number;
  readonly host: string | null;
  /** Alias or index that it writes to. */
  readonly index: string;
  readonly registered: boolean;
  readonly last_span_at: number | null;
  /** `start_time` of the document that came last, by the host's clock: nanoseconds, as digits. */
  readonly last_span_start: string | null;
  /** Documents per second. */
  readonly rate: number;
  readonly unread: number;
  readonly behind_since: number | null;
  /** In the last minute. */
  readonly rejected: number;
  readonly api: { readonly state: string; readonly reason: string | null; readonly took_ms: number | null };
  readonly clock_offset_ms: number | null;
  readonly clock_error_ms: number | null;
  readonly watched_since: number;
  readonly looked_at: number;
  /** Name of the assembler that looked. */
  readonly assembler: string;
  /** `_seq_no` of the last document by shard, for the next assembler to go on from. */
  readonly last_seq_no: Readonly<Record<string, number>>;
}

export function statusDocument(
  record: AgentRecord,
  verdict: Verdict,
  lastSpanStart: string | undefined,
  assembler: string,
): AgentStatus {
  const { look } = record;
  const { api } = look;
  const clock = api.state === "answers" ? api.clock : undefined;
  return {
    agent: look.agent,
    ...verdict,
    host: look.host ?? null,
    index: look.index,
    registered: look.standing === "listed",
    last_span_at: record.lastSpanAt ?? null,
    last_span_start: lastSpanStart ?? null,
    rate: Math.round(record.rate * 100) / 100,
    unread: record.unread,
    behind_since: record.behindSince ?? null,
    rejected: look.rejected,
    api: {
      state: api.state,
      reason: api.state === "answers" ? null : api.reason,
      took_ms: api.state === "answers" ? api.tookMs : null,
    },
    clock_offset_ms: clock?.offsetMs ?? null,
    clock_error_ms: clock?.errorMs ?? null,
    watched_since: record.watchedSince,
    looked_at: look.at,
    assembler,
    last_seq_no: lastByShard(look),
  };
}

/** What an earlier assembler left of an agent. */
export function earlierRecord(status: AgentStatus): EarlierRecord {
  return {
    watchedSince: status.watched_since,
    lastSpanAt: status.last_span_at ?? undefined,
    last: status.last_seq_no,
  };
}
