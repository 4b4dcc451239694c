import type { Assembly } from "../assembly";
import type { Turn } from "../turn";
import { forgettableGroups } from "../window/forgettable-groups";

/** Lets written traces leave the window when their time is over or the window is full; cursors follow. */
export function forgetTraces({ window, limits, memoryTime, tally, notice }: Assembly, turn: Turn): void {
  const { groups, early } = forgettableGroups(window, limits, memoryTime.now(), turn.more);
  window.forget(groups);
  if (early === 0) return;
  tally.forgottenEarly += early;
  notice("written traces leave memory early, late spans of theirs cost a look-up: grouping.max_open_spans is reached", {
    traces: early,
    max_open_spans: limits.maxOpenSpans,
  });
}
