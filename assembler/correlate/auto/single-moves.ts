import type { Candidates } from "./candidates";
import type { RequestModel } from "./request-model";

/**
 * Gives single calls to likelier requests, where a request may have several of one callee: between two others, such a
 * call changes what both of them are, which assigning calls to places one by one does not see. Each call is looked at
 * once, in the order of time.
 */
export function moveSingles(model: RequestModel, candidates: Candidates, calls: Int32Array): void {
  const { links } = model;
  for (const call of calls) {
    const holder = links.requestOf[call] as number;
    const from = candidates.from[call] as number;
    const to = candidates.from[call + 1] as number;
    if (holder < 0 || to - from < 2) continue;
    const withIt = model.withCallsOf(holder, holder);
    links.take(call);
    const loss = withIt - model.withCallsOf(holder, holder);
    let most = loss;
    let best = holder;
    for (let edge = from; edge < to; edge += 1) {
      const request = candidates.request[edge] as number;
      if (request === holder || !links.hasPlace(request, call)) continue;
      const without = model.withCallsOf(request, request);
      links.insert(request, call);
      const gain = model.withCallsOf(request, request) - without;
      links.take(call);
      if (gain <= most + leastGain) continue;
      most = gain;
      best = request;
    }
    links.insert(best, call);
  }
}

/** A difference in ln P below which two requests are as likely. */
const leastGain = 1e-6;
