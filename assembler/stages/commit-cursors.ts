import type { Assembly } from "../assembly";
import type { Turn } from "../turn";

/** Cursors move all the time; a restart that reads a second's spans again changes nothing. */
const leastPauseMs = 1000;

/**
 * Says how far was read, before anything of it is written: after a crash, what was read before is looked up among the
 * written traces. Does nothing if nothing is about to be written. Needs `due`.
 */
export async function announceReading(assembly: Assembly, turn: Turn): Promise<void> {
  if (turn.due.size > 0) await commitCursors(assembly);
}

/** Commits the cursors if they moved and the pause is over, or the turn is the last. */
export async function commitWhenDue(assembly: Assembly, turn: Turn): Promise<void> {
  if (turn.isStopping || assembly.now() - assembly.committedAt >= leastPauseMs) await commitCursors(assembly);
}

async function commitCursors(assembly: Assembly): Promise<void> {
  const cursors = assembly.progress.cursors();
  const text = JSON.stringify(cursors);
  if (text === assembly.committed) return;
  await assembly.store.cursors.commit(cursors);
  assembly.committed = text;
  assembly.committedAt = assembly.now();
}
