import type { Assembly } from "../assembly";
import type { Turn } from "../turn";

/**
 * Has searches find what this turn wrote at once, as they would only as the index refreshes itself. Not as long as there
 * is more to read or write: who catches up has no use for it, and each time leaves Elasticsearch a segment to merge.
 */
export async function showTraces({ store }: Assembly, turn: Turn): Promise<void> {
  if (turn.hasWritten && !turn.more) await store.traces.makeReadable();
}
