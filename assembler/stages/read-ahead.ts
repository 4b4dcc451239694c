import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import type { Assembly } from "../assembly";
import type { Turn } from "../turn";
import { mayRead, readOn } from "./read-pages";

/**
 * Begins to read what comes next, while this turn's traces are assembled and written; the next turn takes it, or its
 * failure, up. Needs the spans to be admitted, so that reading goes on after them. Never more than one turn ahead.
 */
export async function readAhead(assembly: Assembly, turn: Turn): Promise<void> {
  if (!turn.more || turn.isStopping || assembly.ahead !== undefined || !mayRead(assembly)) return;
  assembly.ahead = readOn(assembly);
  // Whoever takes it up gets the failure; if nobody does, it does not matter.
  assembly.ahead.catch(() => {});
  // The searches leave now, and Elasticsearch works on them while this turn's traces are assembled.
  await turnOfTheLoop();
}
