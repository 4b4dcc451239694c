import type { Exchange, ProcessTraffic } from "../algorithm";
import type { TrafficTable } from "./traffic-table";

/** Requests to choose from, on average, beyond which what was learnt tells little, and asking takes seconds. */
const mostTold = 64;

/** Requests looked at for one call: with more of them open at once their gaps overlap past telling apart. */
const mostCandidates = 128;

/** Which requests each call may serve: call `c` has those at `from[c]` up to `from[c + 1]` of `request`, oldest first. */
export interface Candidates {
  readonly from: Int32Array;
  readonly request: Int32Array;
}

/** Whether so many requests are open at once that calls had better be given out in turn. */
export function isCrowded({ from, request }: Candidates): boolean {
  return request.length > mostTold * (from.length - 1);
}

/** The requests open when each call began, if what is known allows the pair; where some share a value that
 * is passed on, only these; where they are too many, those about whose turn it is. */
export function candidatesOf(table: TrafficTable, { requests, calls }: ProcessTraffic): Candidates {
  const isAnyKnown = [requests, calls].some((list) =>
    list.some(({ traceId, knownRequest }) => traceId ?? knownRequest),
  );
  const mayPair = (request: number, call: number) =>
    !isAnyKnown || isPossible(requests[request] as Exchange, calls[call] as Exchange);
  const { requestStart, requestEnd, callStart, callee } = table;
  const from = new Int32Array(callStart.length + 1);
  const request = new IntList();
  let open: number[] = [];
  let earliestEnd = Number.POSITIVE_INFINITY;
  let next = 0;
  const turns = new Int32Array(table.callees);
  for (let call = 0; call < callStart.length; call += 1) {
    const start = callStart[call] as number;
    while (next < requestStart.length && (requestStart[next] as number) <= start) {
      const end = requestEnd[next] as number;
      if (end >= start) {
        open.push(next);
        if (end < earliestEnd) earliestEnd = end;
      }
      next += 1;
    }
    if (earliestEnd < start) {
      earliestEnd = Number.POSITIVE_INFINITY;
      open = open.filter((place) => {
        const end = requestEnd[place] as number;
        if (end >= start && end < earliestEnd) earliestEnd = end;
        return end >= start;
      });
    }
    const near = calls[call]?.passedOn === undefined ? open : sharingOf(open, requests, calls[call] as Exchange);
    const first = firstLooked(near, turns, callee[call] as number);
    for (let place = first; place < near.length && place < first + mostCandidates; place += 1) {
      if (mayPair(near[place] as number, call)) request.push(near[place] as number);
    }
    from[call + 1] = request.size;
  }
  return { from, request: request.take() };
}

/**
 * Place in `open` from which on requests are looked at. Where they are too many, turns tell: `turns` has by callee the
 * request whose turn came last, and this call is about the next one's.
 */
function firstLooked(open: readonly number[], turns: Int32Array, callee: number): number {
  if (open.length <= mostCandidates) return 0;
  let low = 0;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((open[middle] as number) <= (turns[callee] as number)) low = middle + 1;
    else high = middle;
  }
  const turn = low === open.length ? 0 : low;
  turns[callee] = open[turn] as number;
  return Math.max(0, Math.min(turn - mostCandidates / 2, open.length - mostCandidates));
}

/** Those of the open requests that share a value with a call, all where none does. */
function sharingOf(open: number[], requests: readonly Exchange[], call: Exchange): number[] {
  const sharing = open.filter((place) => sharesPassedOn(requests[place] as Exchange, call));
  return sharing.length > 0 ? sharing : open;
}

function isPossible(request: Exchange, call: Exchange): boolean {
  if (call.knownRequest !== undefined) return request.id === call.knownRequest;
  return request.traceId === undefined || call.traceId === undefined || request.traceId === call.traceId;
}

/** Whether a request and a call carry the same value in a header that is passed on. */
export function sharesPassedOn(request: Exchange, call: Exchange): boolean {
  return call.passedOn?.some((value, header) => value !== "" && value === request.passedOn?.[header]) ?? false;
}

class IntList {
  size = 0;
  #values = new Int32Array(1024);

  push(value: number): void {
    if (this.size === this.#values.length) {
      const larger = new Int32Array(2 * this.size);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.size] = value;
    this.size += 1;
  }

  take(): Int32Array {
    return this.#values.slice(0, this.size);
  }
}
