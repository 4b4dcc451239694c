import type { Choice, ProcessTraffic } from "./algorithm";
import { sharesPassedOn } from "./auto/candidates";
import type { Learnt } from "./auto/learnt";
import { solveStretch } from "./auto/solve-stretch";
import type { Places, Timeline } from "./auto/stretches";
import { exchangeOfSpan } from "./exchange-of-span";
import type { IdentifyingHeaders } from "./identifying-headers";
import type { PlacedSpan } from "./placed-span";

/** As sure as a call can be of its request: services may do what was never seen of them. */
const mostConfidence = 0.99;

/**
 * Gives calls to requests by what was learnt of their process, all of `part` at once; only the calls at `own` places get
 * theirs. Appends those whose parent is another one now.
 */
export function giveOutByModel(
  part: Timeline<PlacedSpan>,
  own: Places,
  learnt: () => Learnt | undefined,
  headers: IdentifyingHeaders,
  changed: PlacedSpan[],
): void {
  // A process of which nobody was seen to ask anything: a client, or one whose callers' side is all that is traced.
  if (part.requests.length === 0) {
    for (const call of part.calls.slice(...own)) if (call.setParent(undefined, "order", 0)) changed.push(call);
    return;
  }
  const traffic = trafficOf(part, headers);
  const choices = solveStretch(traffic, learnt, own);
  const requestAt = (at: number) => (at < 0 ? undefined : part.requests[at]);
  for (let place = own[0]; place < own[1]; place += 1) {
    const call = part.calls[place] as PlacedSpan;
    if (!call.wantsParent) continue;
    const choice = choices[place] as Choice;
    const { method, confidence } = foundBy(choice, traffic, place);
    if (call.setParent(requestAt(choice.request), method, confidence, requestAt(choice.runnerUp))) changed.push(call);
  }
}

/** What an algorithm may look at of some spans of a process. */
export function trafficOf({ requests, calls }: Timeline<PlacedSpan>, headers: IdentifyingHeaders): ProcessTraffic {
  const origin = (requests[0] ?? calls[0])?.start ?? 0n;
  const exchange = (placed: PlacedSpan) => exchangeOfSpan(placed, origin, headers);
  return { requests: requests.map(exchange), calls: calls.map(exchange) };
}

/** An algorithm does not know of headers that say it: where these left one request, they decided. */
function foundBy(
  { evidence, confidence, request }: Choice,
  { requests, calls }: ProcessTraffic,
  place: number,
): { method: Choice["evidence"]; confidence: number } {
  const [asked, call] = [requests[request], calls[place]];
  if (evidence === "only" && asked !== undefined && call !== undefined && sharesPassedOn(asked, call)) {
    return { method: "identifier", confidence: mostConfidence };
  }
  // Digits beyond the second change with every span nearby, and each change is written again.
  return { method: evidence, confidence: Math.min(mostConfidence, Math.round(100 * confidence) / 100) };
}
