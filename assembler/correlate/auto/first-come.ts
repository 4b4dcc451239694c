import type { Choice, Evidence } from "../algorithm";
import type { Candidates } from "./candidates";
import type { Hints } from "./hints";
import type { TrafficTable } from "./traffic-table";

/** Confidence where an identifier, a thread, or the lack of any other request points to one. */
const pointedConfidence = 0.95;

/**
 * Gives each call, in the order of time, to the best of its candidates without anything learnt: one that an identifier
 * or its thread points to, one that outlasts it, one with the fewest calls to that callee, the first. `places`: how
 * many calls to each callee a request may have, a call without a place staying without a request.
 */
export function firstCome(table: TrafficTable, candidates: Candidates, hints: Hints, places?: Int32Array): Choice[] {
  const { callEnd, requestEnd, callee, callees } = table;
  const counts = new Map<number, number>();
  return Array.from(callee, (to, call): Choice => {
    const from = candidates.from[call] as number;
    const past = candidates.from[call + 1] as number;
    let best = -1;
    let second = -1;
    let pointed = 0;
    let isBestPointed = false;
    const ranks = { best: Number.POSITIVE_INFINITY, second: Number.POSITIVE_INFINITY };
    for (let edge = from; edge < past; edge += 1) {
      const request = candidates.request[edge] as number;
      const count = counts.get(request * callees + to) ?? 0;
      if (places !== undefined && count >= (places[to] as number)) continue;
      const isPointed = hints.pointsTo(request, call);
      if (isPointed) pointed += 1;
      const outlasts = (requestEnd[request] as number) >= (callEnd[call] as number);
      const rank = (isPointed ? 0 : 2 * worst) + (outlasts ? 0 : worst) + Math.min(count, worst - 1);
      if (rank < ranks.best) {
        [ranks.second, second, ranks.best, best, isBestPointed] = [ranks.best, best, rank, request, isPointed];
      } else if (rank < ranks.second) [ranks.second, second] = [rank, request];
    }
    if (best < 0) return { request: -1, confidence: 0, runnerUp: -1, evidence: "order" };
    counts.set(best * callees + to, (counts.get(best * callees + to) ?? 0) + 1);
    const rivals = isBestPointed ? pointed : past - from;
    const evidence: Evidence = rivals > 1 ? "order" : isBestPointed ? hints.kind(best, call) : "only";
    const confidence = rivals > 1 ? Math.round(1000 / rivals) / 1000 : pointedConfidence;
    return { request: best, confidence, runnerUp: rivals > 1 ? second : -1, evidence };
  });
}

/** More calls to one callee than this count as this many. */
const worst = 1 << 20;
