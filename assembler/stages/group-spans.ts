import type { Assembly } from "../assembly";
import type { Turn } from "../turn";
import { dueGroups } from "../window/due-groups";

/** Settles which spans are one trace and chooses the traces to write now. Needs links; fills `due`. */
export function groupSpans({ window, limits, tally, notice }: Assembly, turn: Turn): void {
  window.regroup(turn.now);
  const { groups, reasons, more } = dueGroups(window, limits, turn.now, turn.isStopping);
  for (const [reason, count] of reasons) {
    tally.writesByReason.set(reason, (tally.writesByReason.get(reason) ?? 0) + count);
  }
  const early = reasons.get("max_open_spans");
  if (early !== undefined) {
    notice("traces are written before they came to rest: more spans are open than grouping.max_open_spans allows", {
      traces: early,
      max_open_spans: limits.maxOpenSpans,
    });
  }
  turn.due = groups;
  turn.more ||= more;
}
