import type { Candidates } from "./candidates";
import type { TrafficTable } from "./traffic-table";

/** An endpoint with fewer undisputed requests is learnt from all of its requests. */
const fewestUndisputed = 20;

/**
 * Requests whose calls are known before anything is learnt, as no call could be theirs or another's: 1 by request; of
 * an endpoint that has too few of them, all. A first guess about the others can be wrong in a way that confirms itself.
 */
export function trustedRequests(table: TrafficTable, candidates: Candidates): Uint8Array {
  const trusted = new Uint8Array(table.requestStart.length).fill(1);
  for (let call = 0; call < table.callStart.length; call += 1) {
    const from = candidates.from[call] as number;
    const to = candidates.from[call + 1] as number;
    if (to - from < 2) continue;
    for (let edge = from; edge < to; edge += 1) trusted[candidates.request[edge] as number] = 0;
  }
  const undisputed = new Int32Array(table.endpoints);
  trusted.forEach((is, request) => {
    const endpoint = table.endpoint[request] as number;
    undisputed[endpoint] = (undisputed[endpoint] as number) + is;
  });
  return trusted.map((is, request) =>
    is === 1 || (undisputed[table.endpoint[request] as number] as number) < fewestUndisputed ? 1 : 0,
  );
}
