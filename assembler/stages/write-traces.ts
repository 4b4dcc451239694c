import type { Assembly } from "../assembly";
import type { Turn } from "../turn";
import { sendTraces } from "./send-traces";
import { settleWrites } from "./settle-writes";

/**
 * Assembles the due traces and writes them, each on condition that the store still has the version we know. While there is
 * more to read the answers are left to the next turn, which takes its spans in meanwhile. Needs `due`, fills `assembled`.
 */
export async function writeTraces(assembly: Assembly, turn: Turn): Promise<void> {
  assembly.underWay = await sendTraces(assembly, turn);
  if (!turn.more || !turn.isFollowed) await settleWrites(assembly, turn);
}
