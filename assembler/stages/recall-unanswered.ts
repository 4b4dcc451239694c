import type { Assembly } from "../assembly";
import type { Turn } from "../turn";
import { takeBackTraces } from "../window/take-back";

/**
 * Finds out whether new traces are stored whose writing nobody answered: their spans may go into another trace now, and
 * nobody would take away what is stored under the first one's id.
 */
export async function recallUnanswered({ window, store, unanswered }: Assembly, turn: Turn): Promise<void> {
  if (unanswered.size === 0) return;
  takeBackTraces(window, await store.traces.load([...unanswered]), turn.now);
  unanswered.clear();
}
