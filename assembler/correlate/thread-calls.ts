import type { Timeline } from "./auto/stretches";
import { chooseRequest } from "./choose-request";
import type { IdentifyingHeaders } from "./identifying-headers";
import { firstNotBefore, type PlacedSpan } from "./placed-span";

/** Part of a process' time, both ends included; nanoseconds. */
export interface TimePart {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Gives the calls that begin in some time to requests, in the order of time, where threads tell requests apart; appends
 * those whose parent is another one now. What came before counts only as far as requests are open from then.
 */
export function giveOutByThread(
  { requests, calls }: Timeline<PlacedSpan>,
  { from, to }: TimePart,
  headers: IdentifyingHeaders,
  changed: PlacedSpan[],
): void {
  const own: PlacedSpan[] = [];
  for (let place = firstNotBefore(calls, from); place < calls.length; place += 1) {
    const call = calls[place] as PlacedSpan;
    if (call.span.start > to) break;
    call.serve(undefined);
    own.push(call);
  }
  const open: OpenRequests = { requests: [], earliestEnd: to };
  let next = 0;
  for (const call of own) {
    const { start } = call.span;
    for (let request = requests[next]; request !== undefined && request.span.start <= start; ) {
      if (request.span.end >= start) keepOpen(open, request);
      next += 1;
      request = requests[next];
    }
    closeBefore(open, start);
    giveTo(call, open.requests, headers, changed);
  }
}

function giveTo(
  call: PlacedSpan,
  open: readonly PlacedSpan[],
  headers: IdentifyingHeaders,
  changed: PlacedSpan[],
): void {
  if (!call.wantsParent) {
    call.serve(open.find((request) => request.span.spanId === call.span.parentId));
    return;
  }
  const chosen = chooseRequest(call, open, headers);
  call.serve(chosen?.request);
  const { request, method = "order", confidence = 0, runnerUp } = chosen ?? {};
  if (call.setParent(request, method, confidence, runnerUp)) changed.push(call);
}

interface OpenRequests {
  requests: PlacedSpan[];
  /** No request in it ends before. */
  earliestEnd: bigint;
}

function keepOpen(open: OpenRequests, request: PlacedSpan): void {
  open.requests.push(request);
  if (request.span.end < open.earliestEnd) open.earliestEnd = request.span.end;
}

/** Goes through the open requests only if one of them can have ended: some stay open for long. */
function closeBefore(open: OpenRequests, time: bigint): void {
  if (open.earliestEnd >= time) return;
  open.requests = open.requests.filter((request) => request.span.end >= time);
  let earliest = open.requests[0]?.span.end ?? time;
  for (const { span } of open.requests) if (span.end < earliest) earliest = span.end;
  open.earliestEnd = earliest;
}
