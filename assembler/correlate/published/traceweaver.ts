import type { Algorithm, Choice, Exchange, ProcessTraffic } from "../algorithm";
import { noChoice } from "./no-choice";
import { openRequests } from "./open-requests";
import { chooseJointly } from "./traceweaver-joint";
import { type CallsByCallee, callsByCallee, type Mapping, mappingsOf } from "./traceweaver-mappings";
import { learnPlans, type Plan } from "./traceweaver-plan";

const rounds = 4;
/** Requests whose mappings are chosen together. */
const batchSize = 30;

/**
 * TraceWeaver (Ashok et al., SIGCOMM 2024): what a request of a kind calls in which order and after which delays is
 * learnt; each request's most likely mappings to calls are ranked by it; a batch of requests gets mappings that do not
 * contradict each other and are most likely together; from these the delays are learnt anew, first as one normal
 * distribution each, then as mixtures.
 *
 * The paper takes the call graph from a test environment; here it is learnt from the links as well, which at first are
 * those of first come, first served.
 */
export const traceweaver: Algorithm = (traffic) => {
  const openAt = openRequests(traffic);
  const outlasting = outlastingCalls(traffic, openAt);
  const lists = callsByCallee(traffic);
  let links = fewestFirst(traffic, openAt);
  let choices: Choice[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const plans = learnPlans(traffic, links, round === 0 ? "gaussian" : "mixture");
    choices = assign(traffic, plans, lists, (call) => outlasting[call] as boolean);
    links = choices.map(({ request }) => request);
  }
  return choices.map((choice, place) =>
    choice.request >= 0 && (openAt[place] as number[]).length === 1 ? { ...choice, evidence: "only" } : choice,
  );
};

/**
 * Calls that need not end within their request: those that end after every request that was open, and those to callees
 * of which most calls made while only one was open did. Some services answer before they have read what they asked for.
 */
function outlastingCalls({ requests, calls }: ProcessTraffic, openAt: readonly number[][]): boolean[] {
  const seen = new Map<string, { alone: number; outlasting: number }>();
  const outlasting = calls.map(({ key, end }, place) => {
    const open = openAt[place] as number[];
    const isOutlasting = open.every((request) => (requests[request] as Exchange).end < end);
    const count = seen.get(key) ?? { alone: 0, outlasting: 0 };
    if (open.length === 1)
      seen.set(key, { alone: count.alone + 1, outlasting: count.outlasting + Number(isOutlasting) });
    return isOutlasting;
  });
  return outlasting.map((isOutlasting, place) => {
    const { alone, outlasting: count } = seen.get((calls[place] as Exchange).key) ?? { alone: 0, outlasting: 0 };
    return isOutlasting || count > alone / 2;
  });
}

/** To begin with: a call belongs to the open request that has called its callee least, of these the first. */
function fewestFirst({ requests, calls }: ProcessTraffic, openAt: readonly number[][]): number[] {
  const counts = requests.map(() => new Map<string, number>());
  return calls.map(({ key, end }, place) => {
    const open = openAt[place] as number[];
    const around = open.filter((request) => (requests[request] as Exchange).end >= end);
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const request of around.length > 0 ? around : open) {
      const count = counts[request]?.get(key) ?? 0;
      if (count < least) [best, least] = [request, count];
    }
    if (best >= 0) counts[best]?.set(key, least + 1);
    return best;
  });
}

function assign(
  { requests, calls }: ProcessTraffic,
  plans: ReadonlyMap<string, Plan>,
  lists: CallsByCallee,
  outlasts: (call: number) => boolean,
): Choice[] {
  const choices: Choice[] = new Array(calls.length).fill(noChoice);
  const used = new Set<number>();
  let batch: { request: number; mappings: readonly Mapping[] }[] = [];
  let latestEnd = Number.NEGATIVE_INFINITY;
  const settle = () => {
    const chosen = chooseJointly(batch.map(({ mappings }) => mappings));
    const rivals = rivalsOf(batch);
    for (const [index, { request, mappings }] of batch.entries()) {
      const mapping = mappings[chosen[index] as number];
      for (const call of mapping?.calls ?? []) {
        if (call < 0) continue;
        used.add(call);
        const runnerUp = rivals.get(call)?.find((rival) => rival !== request) ?? -1;
        choices[call] = { request, confidence: shareWith(call, mappings), runnerUp, evidence: "timing" };
      }
    }
    batch = [];
  };
  for (const [request, exchange] of requests.entries()) {
    if (batch.length >= batchSize || (batch.length > 0 && exchange.start > latestEnd)) settle();
    latestEnd = Math.max(latestEnd, exchange.end);
    const plan = plans.get(exchange.key) as Plan;
    const mappings = mappingsOf(exchange, plan, calls, lists, (call) => !used.has(call), outlasts);
    batch.push({ request, mappings });
  }
  settle();
  return choices;
}

/** Per call the requests of a batch with a likely mapping that holds it. */
function rivalsOf(batch: readonly { request: number; mappings: readonly Mapping[] }[]): Map<number, number[]> {
  const rivals = new Map<number, number[]>();
  for (const { request, mappings } of batch)
    for (const call of new Set(mappings.flatMap(({ calls }) => calls))) {
      if (!rivals.has(call)) rivals.set(call, []);
      rivals.get(call)?.push(request);
    }
  return rivals;
}

/** Of the likelihood of a request's mappings, the share of those that hold the call. */
function shareWith(call: number, mappings: readonly Mapping[]): number {
  const best = mappings[0]?.score ?? 0;
  let total = 0;
  let holding = 0;
  for (const { score, calls } of mappings) {
    const weight = Math.exp(score - best);
    total += weight;
    if (calls.includes(call)) holding += weight;
  }
  return holding / total;
}
