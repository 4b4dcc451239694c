import { windowMs } from "./agent-look";
import type { AgentRecord } from "./agent-record";

export type AgentCondition = "ok" | "silent" | "rejecting" | "lagging" | "unreachable" | "unregistered";

/** How an agent is, why in words, and since when (milliseconds since 1970). */
export interface Verdict {
  readonly status: AgentCondition;
  readonly reason: string;
  readonly since: number;
}

export interface JudgeLimits {
  readonly silentAfterMs: number;
  readonly laggingAfterMs: number;
  /** Share of documents that may be rejected, in percent. */
  readonly rejectingPercent: number;
}

/** One failed request is no outage. */
const unreachableAfterMs = 10_000;

/** Judges an agent by what is known of it; the first of several conditions counts. `before` dates one that goes on. Pure. */
export function judgeAgent(record: AgentRecord, limits: JudgeLimits, before: Verdict | undefined): Verdict {
  const found = firstCondition(record, limits);
  return found.status === before?.status ? { ...found, since: Math.min(before.since, found.since) } : found;
}

function firstCondition(record: AgentRecord, limits: JudgeLimits): Verdict {
  const { look, lastSpanAt, watchedSince, behindSince, apiFailsSince, arrivals } = record;
  const { at, api, rejected } = look;
  const heardAt = lastSpanAt ?? watchedSince;
  if (at - heardAt >= limits.silentAfterMs) {
    const what = lastSpanAt === undefined ? "no span yet, watched for" : "no span for";
    return { status: "silent", reason: `${what} ${duration(at - heardAt)}; ${apiInWords(record)}`, since: heardAt };
  }
  const arrived = Math.max(
    rejected,
    arrivals.reduce((sum, { documents }) => sum + documents, 0),
  );
  if (rejected > 0 && rejected * 100 >= arrived * limits.rejectingPercent) {
    const reason = `${rejected} of ${arrived} documents of the last ${duration(windowMs)} are in spans_rejected`;
    return { status: "rejecting", reason, since: at };
  }
  if (behindSince !== undefined && at - behindSince >= limits.laggingAfterMs) {
    const reason = `${record.unread} documents are not read; the assembler is behind for ${duration(at - behindSince)}`;
    return { status: "lagging", reason, since: behindSince };
  }
  if (api.state === "fails" && apiFailsSince !== undefined && at - apiFailsSince >= unreachableAfterMs) {
    const reason = `its API does not answer (${api.reason}); spans come`;
    return { status: "unreachable", reason, since: apiFailsSince };
  }
  if (look.standing === "not listed") {
    const reason = `spans come into ${look.index}, and agent_list has no agent that writes there`;
    return { status: "unregistered", reason, since: at };
  }
  return { status: "ok", reason: lastSpanAt === undefined ? "no span yet" : "spans come", since: at };
}

/** An agent without an entry says nothing by being silent: what was torn down leaves its spans behind. */
const forgetAfterMs = 86_400_000;

/** Whether there is nothing to say of an agent: it has left, or was gone before anybody watched. */
export function hasLeft({ look, lastSpanAt, watchedSince }: AgentRecord, { status }: Verdict): boolean {
  if (look.standing === "listed") return false;
  if (look.standing === "not listed") return status === "silent" || lastSpanAt === undefined;
  return look.at - (lastSpanAt ?? watchedSince) >= forgetAfterMs;
}

function apiInWords({ look: { api } }: AgentRecord): string {
  if (api.state === "answers") return "its API answers";
  if (api.state === "fails") return `its API does not answer (${api.reason})`;
  return `its API is not asked (${api.reason})`;
}

/** `45 s`, `12 min`, `5 h`, `3 d`: the largest unit of which there are at least two. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
