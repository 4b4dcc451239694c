import type { IdentifyingHeaders } from "./identifying-headers";
import type { FoundBy } from "./link";
import { mayShareTrace } from "./link";
import { byPlacedTime, type PlacedSpan } from "./placed-span";

const onlyConfidence = 0.95;
const threadConfidence = 0.95;
/** Values are passed on by hand: a service may reuse one. */
const identifierConfidence = 0.99;
/** Candidates looked at for one call: a process with more requests open at once is past telling them apart by order. */
const mostCandidates = 512;

export interface ChosenRequest {
  readonly request: PlacedSpan;
  readonly method: FoundBy;
  readonly confidence: number;
  readonly runnerUp: PlacedSpan | undefined;
}

/**
 * The request that a call most likely serves, of those `open` when it was made (in the order they came), where threads
 * tell requests apart: one that shares an identifying header with it; one on the same thread; one that outlasts the call; one
 * that called the same callee least; the first.
 */
export function chooseRequest(
  call: PlacedSpan,
  open: readonly PlacedSpan[],
  headers: IdentifyingHeaders,
): ChosenRequest | undefined {
  const recent = open.length > mostCandidates ? open.slice(-mostCandidates) : open;
  const sharing = recent.length > 1 ? headers.sharing(call, recent) : recent;
  const near = sharing.length > 0 ? sharing : recent;
  const onThread = near.filter((request) => request.span.pid === call.span.pid);
  const candidates = onThread.length > 0 ? onThread : near;
  let best: PlacedSpan | undefined;
  let second: PlacedSpan | undefined;
  let count = 0;
  for (const request of candidates) {
    if (!mayShareTrace(request.span, call.span)) continue;
    count += 1;
    if (best === undefined || isBetter(request, best, call)) {
      second = best;
      best = request;
    } else if (second === undefined || isBetter(request, second, call)) {
      second = request;
    }
  }
  if (best === undefined) return undefined;
  if (count === 1 && near !== recent) {
    return { request: best, method: "identifier", confidence: identifierConfidence, runnerUp: undefined };
  }
  if (count > 1) {
    return { request: best, method: "order", confidence: Math.round(1000 / count) / 1000, runnerUp: second };
  }
  const [method, confidence] =
    onThread.length > 0 ? (["thread", threadConfidence] as const) : (["only", onlyConfidence] as const);
  return { request: best, method, confidence, runnerUp: undefined };
}

function isBetter(left: PlacedSpan, right: PlacedSpan, call: PlacedSpan): boolean {
  const outlasts = Number(left.span.end >= call.span.end) - Number(right.span.end >= call.span.end);
  if (outlasts !== 0) return outlasts > 0;
  const calls = left.callsTo(call.callee) - right.callsTo(call.callee);
  if (calls !== 0) return calls < 0;
  return byPlacedTime(left, right) < 0;
}
