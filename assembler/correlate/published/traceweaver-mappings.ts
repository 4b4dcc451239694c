import type { Exchange, ProcessTraffic } from "../algorithm";
import type { Plan, Slot } from "./traceweaver-plan";

/** Mappings kept per request while they grow, and at the end. */
const beamWidth = 24;
const mostMappings = 8;
/** A slot with fewer requests than this without its call may still be skipped, at this probability. */
const leastAbsence = 0.001;
/** Log odds that a recorded call comes from a request rather than from nowhere. */
const explained = 2;

/** One way of giving a request its calls. */
export interface Mapping {
  /** Log likelihood. */
  readonly score: number;
  /** Per slot of the plan the place of the call, -1 = none. */
  readonly calls: readonly number[];
}

/** Calls by callee, in the order of start. */
export type CallsByCallee = ReadonlyMap<string, readonly number[]>;

export function callsByCallee({ calls }: ProcessTraffic): CallsByCallee {
  const lists = new Map<string, number[]>();
  for (const [place, { key }] of calls.entries()) {
    if (!lists.has(key)) lists.set(key, []);
    lists.get(key)?.push(place);
  }
  return lists;
}

/**
 * The most likely ways of giving a request its calls, best first and among them that it made none: a beam over the plan's slots. `isFree` says which
 * calls are left; `outlasts` those that end after every request that was open, which need not end in this one.
 */
export function mappingsOf(
  request: Exchange,
  plan: Plan,
  calls: readonly Exchange[],
  lists: CallsByCallee,
  isFree: (call: number) => boolean,
  outlasts: (call: number) => boolean,
): Mapping[] {
  let beam: Mapping[] = [{ score: 0, calls: [] }];
  let none: Mapping = { score: plan.unknown, calls: [] };
  for (const slot of plan.slots) {
    const within = callsWithin(request, calls, lists.get(slot.callee) ?? []).filter(
      (call) => isFree(call) && ((calls[call] as Exchange).end <= request.end || outlasts(call)),
    );
    const absent = Math.log(Math.max(1 - slot.presence, leastAbsence)) + plan.unknown;
    none = { score: none.score + absent, calls: [...none.calls, -1] };
    const present = Math.log(slot.presence);
    const grown: Mapping[] = [];
    for (const { score, calls: taken } of beam) {
      grown.push({ score: score + absent, calls: [...taken, -1] });
      const from = readyAt(request, slot, taken, calls);
      for (const call of within) {
        const { start } = calls[call] as Exchange;
        if (start < from || taken.includes(call)) continue;
        grown.push({ score: score + explained + present + slot.gap(start - from), calls: [...taken, call] });
      }
    }
    grown.sort((left, right) => right.score - left.score);
    beam = grown.slice(0, beamWidth);
  }
  const whole = beam.map(({ score, calls: taken }) => ({
    score: score + restOf(request, plan, taken, calls),
    calls: taken,
  }));
  const ranked = whole.sort((left, right) => right.score - left.score).slice(0, mostMappings);
  return [...ranked, none];
}

/** When the calls that the slot's waits for have ended. */
function readyAt(request: Exchange, slot: Slot, taken: readonly number[], calls: readonly Exchange[]): number {
  let ready = request.start;
  for (const other of slot.after) {
    const call = calls[taken[other] as number];
    if (call !== undefined && call.end > ready) ready = call.end;
  }
  return ready;
}

function restOf(request: Exchange, plan: Plan, taken: readonly number[], calls: readonly Exchange[]): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const place of taken) last = Math.max(last, calls[place]?.end ?? last);
  return last === Number.NEGATIVE_INFINITY ? plan.unknown : plan.rest(request.end - last);
}

function callsWithin(request: Exchange, calls: readonly Exchange[], list: readonly number[]): number[] {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calls[list[middle] as number] as Exchange).start < request.start) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < list.length && (calls[list[end] as number] as Exchange).start <= request.end) end += 1;
  return list.slice(low, end);
}
