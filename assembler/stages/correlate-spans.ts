import type { Assembly } from "../assembly";
import type { Turn } from "../turn";

/** Share of the quiet period for which a span waits for those that came by other ways. */
const waitingShare = 0.5;

/** Finds parents for spans that name none. Needs the spans to be admitted. */
export function correlateSpans({ window, limits }: Assembly, turn: Turn): void {
  const cameBy = turn.isStopping ? turn.now : turn.now - limits.quietPeriodMs * waitingShare;
  window.correlate(cameBy, turn.now);
}
