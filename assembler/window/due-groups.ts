import type { CloseReason } from "../trace/trace-history";
import { type GroupingLimits, turnSpansOf } from "./grouping-limits";
import type { Group, Member, StoredDocument } from "./member";
import type { SpanWindow } from "./span-window";

/** Why a group is due of itself. */
export type DueReason = Exclude<CloseReason, "with_another">;

export interface DueGroups {
  readonly groups: ReadonlyMap<Group, CloseReason>;
  readonly reasons: ReadonlyMap<DueReason, number>;
  /** More are due than were taken. */
  readonly more: boolean;
}

/**
 * Chooses the groups to write now. With a group go all others that share a stored document with it, so that a span
 * which moved from one trace to another is never absent from both.
 */
export function dueGroups(window: SpanWindow, limits: GroupingLimits, now: number, isStopping: boolean): DueGroups {
  const groups = new Map<Group, CloseReason>();
  const reasons = new Map<DueReason, number>();
  const mostSpans = turnSpansOf(limits);
  let spans = 0;
  let more = false;
  // Made once: in the loop it would leave an object to the collector for each open group, due or not.
  const reasonOfSharer = (sharer: Group) => reasonToWrite(sharer, limits, now, false, isStopping) ?? "with_another";
  /** Spans that are open for another reason than that nobody came to write them; not counted where they cannot be too many. */
  let waiting = 0;
  if (window.size > limits.maxOpenSpans) {
    for (let group = window.groups.open.first; group !== undefined; group = group.after) {
      if (reasonToWrite(group, limits, now, false, isStopping) === undefined) waiting += group.members.length;
    }
  }
  for (let group = window.groups.open.first; group !== undefined; group = group.after) {
    const isFull = waiting > limits.maxOpenSpans;
    const reason = reasonToWrite(group, limits, now, isFull, isStopping);
    if (reason === undefined) continue;
    if (spans >= mostSpans) {
      more = true;
      break;
    }
    if (groups.has(group)) continue;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (reason === "max_open_spans") waiting -= group.members.length;
    if (!group.members.some(isStored)) {
      groups.set(group, reason);
      spans += group.members.length;
      continue;
    }
    spans += takeWithSharers(group, reason, groups, reasonOfSharer);
  }
  return { groups, reasons, more };
}

function reasonToWrite(
  group: Group,
  limits: GroupingLimits,
  now: number,
  isFull: boolean,
  isStopping: boolean,
): DueReason | undefined {
  if (now - group.changedAt >= limits.quietPeriodMs) return "quiet";
  if (isStopping) return "stop";
  if (now - group.waitsSince >= limits.maxWaitMs) return "max_wait_ms";
  return isFull ? "max_open_spans" : undefined;
}

/** Adds a group and, over shared documents, all it hangs together with; returns how many spans that is. */
function takeWithSharers(
  group: Group,
  reason: CloseReason,
  taken: Map<Group, CloseReason>,
  reasonOfSharer: (sharer: Group) => CloseReason,
): number {
  let spans = 0;
  const pending = [group];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (taken.has(next)) continue;
    taken.set(next, next === group ? reason : reasonOfSharer(next));
    spans += next.members.length;
    for (const document of documentsOf(next)) {
      for (const sharer of document.members) {
        if (sharer.document === document && sharer.group !== undefined) pending.push(sharer.group);
      }
    }
  }
  return spans;
}

function isStored({ document }: Member): boolean {
  return document !== undefined;
}

function documentsOf(group: Group): ReadonlySet<StoredDocument> {
  const documents = new Set<StoredDocument>();
  for (const { document } of group.members) if (document !== undefined) documents.add(document);
  return documents;
}
