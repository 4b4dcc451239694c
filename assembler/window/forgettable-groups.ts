import type { GroupingLimits } from "./grouping-limits";
import type { Group } from "./member";
import type { SpanWindow } from "./span-window";

export interface ForgettableGroups {
  readonly groups: Group[];
  /** How many of them leave only because the window is full. */
  readonly early: number;
}

/** Letting groups go takes time in proportion to the window, so many go at once: an eighth of those that may stay. */
const share = 8;

/**
 * Written groups that leave the window: those that stayed long enough and, when it is full, the oldest others. Groups
 * whose time is over may stay an eighth of it longer; and as long as there is more to read (`isBehind`), since the spans
 * that they wait for may be among it.
 */
export function forgettableGroups(
  window: SpanWindow,
  limits: GroupingLimits,
  now: number,
  isBehind: boolean,
): ForgettableGroups {
  const groups: Group[] = [];
  const oldest = window.groups.settled.first;
  const isFull = window.size > limits.maxOpenSpans;
  const isTime = !isBehind && oldest !== undefined && now - oldest.changedAt >= limits.recentMs * (1 + 1 / share);
  if (!isFull && !isTime) return { groups, early: 0 };
  let early = 0;
  let excess = isFull ? window.size - limits.maxOpenSpans * (1 - 1 / share) : 0;
  for (const group of window.groups.settled) {
    const isOld = now - group.changedAt >= limits.recentMs;
    if ((!isOld || isBehind) && excess <= 0) break;
    if (!isOld) early += 1;
    groups.push(group);
    excess -= group.members.length;
  }
  return { groups, early };
}
