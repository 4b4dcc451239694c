import type { Algorithm, Choice, Exchange } from "../algorithm";
import { noChoice } from "./no-choice";
import { openRequests } from "./open-requests";

/**
 * First come, first served, as DeepTrace's authors measure it: a call belongs to the first request that was open for the
 * whole of it and has not called the same callee yet. A call that outlasts every open request may belong to any of them:
 * some services answer before they have read what they asked for.
 */
export const fifo: Algorithm = (traffic) => {
  const { requests, calls } = traffic;
  const openAt = openRequests(traffic);
  const called = new Set<string>();
  return calls.map((call, place): Choice => {
    const open = openAt[place] as number[];
    const around = open.filter((request) => (requests[request] as Exchange).end >= call.end);
    const candidates = around.length > 0 ? around : open;
    const free = candidates.filter((request) => !called.has(`${request} ${call.key}`));
    const [request, runnerUp = -1] = free;
    if (request === undefined) return noChoice;
    called.add(`${request} ${call.key}`);
    return { request, confidence: 1 / free.length, runnerUp, evidence: open.length === 1 ? "only" : "order" };
  });
};
