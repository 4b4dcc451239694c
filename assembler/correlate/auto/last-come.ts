import type { Candidates } from "./candidates";
import type { TrafficTable } from "./traffic-table";

/**
 * Gives each call, in the order of time, to the latest of its candidates that has a place for it; by call, -1 where none
 * has. Right for calls made as soon as their request is read, where first come is right for those made after a wait.
 * `places`: how many calls to each callee a request may have.
 */
export function lastCome(
  { callee, callees }: TrafficTable,
  { from, request }: Candidates,
  places: Int32Array,
): Int32Array {
  const counts = new Map<number, number>();
  return callee.map((to, call) => {
    for (let edge = (from[call + 1] as number) - 1; edge >= (from[call] as number); edge -= 1) {
      const place = (request[edge] as number) * callees + to;
      const count = counts.get(place) ?? 0;
      if (count >= (places[to] as number)) continue;
      counts.set(place, count + 1);
      return request[edge] as number;
    }
    return -1;
  });
}
