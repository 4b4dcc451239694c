import type { Assembly } from "./assembly";
import { admitSpans } from "./stages/admit-spans";
import { releaseMinutes } from "./stages/announce-minutes";
import { boundTraces } from "./stages/bound-traces";
import { announceReading, commitWhenDue } from "./stages/commit-cursors";
import { correlateSpans } from "./stages/correlate-spans";
import { decodePages } from "./stages/decode-pages";
import { forgetTraces } from "./stages/forget-traces";
import { groupSpans } from "./stages/group-spans";
import { passTime } from "./stages/pass-time";
import { readAhead } from "./stages/read-ahead";
import { readPages } from "./stages/read-pages";
import { recallTraces } from "./stages/recall-traces";
import { recallUnanswered } from "./stages/recall-unanswered";
import { settleWrites } from "./stages/settle-writes";
import { showTraces } from "./stages/show-traces";
import { writeRejections } from "./stages/write-rejections";
import { writeTraces } from "./stages/write-traces";
import { Turn } from "./turn";

type Stage = (assembly: Assembly, turn: Turn) => Promise<void> | void;

/**
 * One turn, from spans to traces. A stage that throws ends the turn; what was taken in stays in the window, what was
 * not is read again, and the next turn goes on from there.
 */
export const stages: readonly Stage[] = [
  readPages, // span documents by cursor
  decodePages, // documents -> spans, or rejections
  passTime, // to when those were indexed: what follows goes by it
  recallUnanswered, // before anything else may become of their spans
  recallTraces, // before admitting: a span written long ago must find its trace
  admitSpans, // one span per span id
  readAhead, // after admitting: the next pages come while this turn's traces are written
  settleWrites, // after admitting: what the last turn sent was being written meanwhile
  boundTraces, // before correlating: what is left out has no part in it
  correlateSpans, // parents for spans that name none
  groupSpans, // spans -> traces; which of them are due
  announceReading, // before writing: a crash must know what may have been written
  writeRejections, // before writing: what a stored trace is to lose has to be somewhere
  writeTraces, // order, sum up, make the document, note the minutes whose metrics have to be counted again, write
  showTraces, // after writing and deleting: whoever searches sees both or neither
  releaseMinutes,
  writeRejections, // after writing: what waited for its trace to say that it is cut, and what the store refused
  forgetTraces, // after writing: only what is stored may leave
  commitWhenDue, // last: cursors follow what left
];

/**
 * Runs one turn; returns what it did. `isFollowed`: the caller goes on with another one at once if there is more, or calls
 * `finishWrites`.
 */
export async function runTurn(assembly: Assembly, { isStopping = false, isFollowed = false } = {}): Promise<Turn> {
  const turn = new Turn(assembly.traffic.now ?? assembly.now(), isStopping, isFollowed);
  try {
    for (const stage of stages) await stage(assembly, turn);
  } catch (error) {
    // Nobody knows when the next turn comes. What it finds wrong, that one finds too.
    await finishWrites(assembly).catch(() => {});
    throw error;
  }
  return turn;
}

/** Waits for what the last turn sent, and takes note of it. */
export async function finishWrites(assembly: Assembly): Promise<void> {
  if (assembly.underWay === undefined) return;
  const turn = new Turn(assembly.traffic.now ?? assembly.now(), true);
  await settleWrites(assembly, turn);
  releaseMinutes(assembly, turn);
}
