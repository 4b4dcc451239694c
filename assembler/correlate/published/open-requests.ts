import type { ProcessTraffic } from "../algorithm";

/**
 * Per call, the places of the requests that were open when it began, first come first. Linear in calls times requests
 * open at once.
 */
export function openRequests({ requests, calls }: ProcessTraffic): number[][] {
  let open: number[] = [];
  let earliestEnd = Number.POSITIVE_INFINITY;
  let next = 0;
  return calls.map(({ start }) => {
    for (let request = requests[next]; request !== undefined && request.start <= start; request = requests[next]) {
      open.push(next);
      earliestEnd = Math.min(earliestEnd, request.end);
      next += 1;
    }
    if (earliestEnd < start) {
      open = open.filter((place) => (requests[place]?.end ?? start) >= start);
      earliestEnd = open.reduce(
        (least, place) => Math.min(least, requests[place]?.end ?? least),
        Number.POSITIVE_INFINITY,
      );
    }
    return [...open];
  });
}
