import { dayOfIndex } from "../elastic/daily-index";
import { duration } from "../fleet/judge-agent";
import type { RetentionSettings } from "../settings/retention-settings";
import { firstGeneration } from "./first-generation";

/** A daily index of traces. Times are milliseconds since 1970. */
export interface DailyIndexFacts {
  readonly index: string;
  /** Documents that an export has still to send. */
  readonly unexported: number;
}

export interface SpanIndexFacts {
  readonly index: string;
  /** The alias or index that the agent writes to. */
  readonly family: string;
  /** Since when it takes no new documents because a later generation does; undefined while it takes them. */
  readonly rolledOverAt: number | undefined;
  /** Since when retention has seen no document come. */
  readonly idleSince: number;
  readonly createdAt: number;
  /** Documents that not every assembler that reads the index is done with. */
  readonly unread: number;
  /** Names of those assemblers. */
  readonly unreadBy: readonly string[];
  readonly isListed: boolean;
}

export interface RetentionFacts {
  readonly now: number;
  readonly daily: readonly DailyIndexFacts[];
  readonly spans: readonly SpanIndexFacts[];
  /** Names that agents are to write to and that nothing has yet. */
  readonly missing: readonly string[];
  /** It is known to all who count metrics that earlier minutes are not to be counted again. */
  readonly metricsFrozenBefore: number;
}

export type RetentionLimits = Pick<RetentionSettings, "traces_days" | "spans_days" | "roll_over">;

/** `index` is the alias for `roll over`, where Elasticsearch decides by conditions. */
export interface RetentionStep {
  readonly action: "delete" | "announce" | "keep" | "warn" | "make" | "roll over";
  readonly holds: "traces" | "spans";
  readonly index: string;
  readonly reason: string;
}

const dayMs = 86_400_000;
/** The first minutes of a day may lie in the index of the day before. */
const daySlackMs = 3_600_000;

/** What to do with every index of traces and spans, and why; pure. */
export function planRetention(facts: RetentionFacts, limits: RetentionLimits): RetentionStep[] {
  const steps = facts.daily.map((daily) => planDay(daily, facts, limits));
  for (const span of facts.spans) steps.push(planSpans(span, facts.now, limits));
  if (!limits.roll_over) return steps;
  const rolling = new Set(facts.spans.filter((span) => !isPlain(span)).map(({ family }) => family));
  for (const index of rolling) {
    steps.push({ action: "roll over", holds: "spans", index, reason: "when old or large enough" });
  }
  for (const family of facts.missing) {
    const reason = `its agent is in agent_list and has not written yet; ${family} is its alias`;
    steps.push({ action: "make", holds: "spans", index: firstGeneration(family), reason });
  }
  return steps;
}

/** Up to when minutes lose traces by these steps; 0 when none do. */
export function endOfDeletedDays(steps: readonly RetentionStep[]): number {
  const ends = steps.map(({ action, holds, index }) => {
    const goes = holds === "traces" && (action === "delete" || action === "announce");
    return goes ? (dayOfIndex(index, "traces") ?? 0) + dayMs : 0;
  });
  return Math.max(0, ...ends);
}

function planDay({ index, unexported }: DailyIndexFacts, facts: RetentionFacts, limits: RetentionLimits) {
  const { now, daily, metricsFrozenBefore } = facts;
  const step = (action: RetentionStep["action"], reason: string): RetentionStep => ({
    action,
    holds: "traces",
    index,
    reason,
  });
  const day = dayOfIndex(index, "traces");
  if (day === undefined) return step("keep", "it is no daily index: it goes on taking everything");
  if (limits.traces_days === 0) return step("keep", "is kept for ever");
  if (!daily.some((other) => other.index > index)) return step("keep", "the newest");
  const age = now - (day + dayMs);
  if (age < limits.traces_days * dayMs + daySlackMs) return step("keep", `is kept for ${limits.traces_days} days`);
  if (unexported > 0) return step("warn", `${unexported} documents of it are not exported yet: not deleted`);
  const reason = `its day ended ${duration(age)} ago; kept for ${limits.traces_days} days`;
  if (metricsFrozenBefore < day + dayMs) return step("announce", `${reason}; goes in the next round`);
  return step("delete", reason);
}

function isPlain({ index, family }: SpanIndexFacts): boolean {
  return index === family;
}

function planSpans(span: SpanIndexFacts, now: number, { spans_days, roll_over }: RetentionLimits): RetentionStep {
  const { index, rolledOverAt, idleSince, createdAt, unread, unreadBy, isListed } = span;
  const step = (action: RetentionStep["action"], reason: string): RetentionStep => ({
    action,
    holds: "spans",
    index,
    reason,
  });
  if (spans_days === 0) return step("keep", "is kept for ever");
  if (rolledOverAt === undefined && !isPlain(span) && isListed) return step("keep", "its agent writes to it");
  const idle = now - (rolledOverAt ?? idleSince);
  if (idle < spans_days * dayMs) {
    if (isPlain(span) && roll_over && now - createdAt >= spans_days * dayMs) {
      return step(
        "warn",
        "it is no alias, so it cannot be rolled over: nothing of it is deleted while its agent writes",
      );
    }
    return step("keep", `is kept for ${spans_days} days after its last document`);
  }
  if (unread > 0) {
    const what = Number.isFinite(unread) ? `${unread} documents of it are` : "a shard of it is away, and so";
    return step("warn", `${what} not read by ${unreadBy.join(", ")}: not deleted`);
  }
  return step("delete", `its last document came ${duration(idle)} ago and is read; kept for ${spans_days} days`);
}
