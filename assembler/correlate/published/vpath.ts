import type { Algorithm, Choice, Exchange, ProcessTraffic } from "../algorithm";
import { noChoice } from "./no-choice";

/**
 * vPath (Tak et al., USENIX ATC 2009): a thread works for the message it read last. Reading a request turns the thread
 * to it; reading the response to a call, where that thread is known, turns it to the request of the call; a call belongs
 * to whatever its thread is turned to. Once a request is answered nobody is turned to it.
 *
 * The model is that of servers with blocking calls: where only requests' threads are known, all calls of an event loop go
 * to the request that it read last.
 */
export const vpath: Algorithm = (traffic) => {
  const { requests, calls } = traffic;
  const choices: Choice[] = new Array(calls.length).fill(noChoice);
  const turnedTo = new Map<number, number>();
  for (const event of events(traffic)) {
    if (event.kind === "request") turnedTo.set(event.thread, event.place);
    else if (event.kind === "response") {
      const request = choices[event.place]?.request ?? -1;
      if (request >= 0 && event.thread !== 0) turnedTo.set(event.thread, request);
    } else {
      const { start, thread } = calls[event.place] as Exchange;
      const request = turnedTo.get(thread) ?? -1;
      if (request < 0 || (requests[request] as Exchange).end < start) continue;
      // The model knows no doubt: the thread tells, or nothing does.
      choices[event.place] = { request, confidence: 1, runnerUp: -1, evidence: "thread" };
    }
  }
  return choices;
};

interface ThreadEvent {
  readonly at: number;
  readonly kind: "request" | "response" | "call";
  readonly thread: number;
  readonly place: number;
}

/** In the order of time; what is read at one moment comes before what is written. */
function events({ requests, calls }: ProcessTraffic): ThreadEvent[] {
  const all: ThreadEvent[] = [];
  for (const [place, { start, thread }] of requests.entries()) all.push({ at: start, kind: "request", thread, place });
  for (const [place, { end, endThread = 0 }] of calls.entries())
    all.push({ at: end, kind: "response", thread: endThread, place });
  for (const [place, { start, thread }] of calls.entries()) all.push({ at: start, kind: "call", thread, place });
  return all.sort((left, right) => left.at - right.at);
}
