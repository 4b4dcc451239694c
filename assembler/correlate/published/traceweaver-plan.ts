import type { Exchange, ProcessTraffic } from "../algorithm";
import { gaussian, gaussianMixture, type LogDensity } from "./gaussian-mixture";

/** Share of requests in which one call has to come after another ended for the order to count as a rule. */
const orderedShare = 0.9;
/** Calls of one kind that a request is expected to make at most. */
const mostOfOneKind = 4;
/** The clocks' unit in nanoseconds: no gap is known any better. */
const clockUnit = 1000;

/** A call that requests of one kind make. */
export interface Slot {
  readonly callee: string;
  /** Of several calls to one callee, which. */
  readonly nth: number;
  /** Share of the requests that make it. */
  readonly presence: number;
  /** Slots whose calls have ended before this one's begin. */
  readonly after: readonly number[];
  /** Of the time from the end of the last of those, or from the request's start, to the call's; nanoseconds. */
  readonly gap: LogDensity;
}

/** What requests of one kind do: TraceWeaver's call graph with its delays, learnt from links. */
export interface Plan {
  /** In the order in which they usually begin. */
  readonly slots: readonly Slot[];
  /** Of the time from the last call's end to the request's; nanoseconds. */
  readonly rest: LogDensity;
  /** Log density of a gap about which nothing is known. */
  readonly unknown: number;
}

/** Plans per kind of request, from calls linked to requests (place of the request per call, -1 = none). */
export function learnPlans(
  { requests, calls }: ProcessTraffic,
  links: readonly number[],
  form: "gaussian" | "mixture",
): Map<string, Plan> {
  const made: number[][] = requests.map(() => []);
  for (const [call, request] of links.entries()) if (request >= 0) made[request]?.push(call);
  const ofKind = new Map<string, number[]>();
  for (const [place, { key }] of requests.entries()) {
    if (!ofKind.has(key)) ofKind.set(key, []);
    ofKind.get(key)?.push(place);
  }
  const linked = linkedShares(calls, links);
  const plans = new Map<string, Plan>();
  for (const [kind, places] of ofKind) {
    const rows = places.map((place) => slotted(made[place] as number[], calls));
    const own = places.map((place) => requests[place] as Exchange);
    plans.set(kind, planOf(own, rows, linked, form === "mixture" ? gaussianMixture : gaussian));
  }
  return plans;
}

/** Per callee, the share of calls that are linked: those left over were made by somebody too. */
function linkedShares(calls: readonly Exchange[], links: readonly number[]): Map<string, number> {
  const counts = new Map<string, { all: number; linked: number }>();
  for (const [place, { key }] of calls.entries()) {
    const { all, linked } = counts.get(key) ?? { all: 0, linked: 0 };
    counts.set(key, { all: all + 1, linked: linked + Number((links[place] as number) >= 0) });
  }
  return new Map([...counts].map(([key, { all, linked }]) => [key, linked / all]));
}

/** The calls of one request by callee and turn. */
type Row = Map<string, Exchange>;

function slotted(made: readonly number[], calls: readonly Exchange[]): Row {
  const row: Row = new Map();
  const turns = new Map<string, number>();
  for (const place of made) {
    const call = calls[place] as Exchange;
    const turn = turns.get(call.key) ?? 0;
    turns.set(call.key, turn + 1);
    if (turn < mostOfOneKind) row.set(`${turn} ${call.key}`, call);
  }
  return row;
}

function planOf(
  requests: readonly Exchange[],
  rows: readonly Row[],
  linked: ReadonlyMap<string, number>,
  fit: (samples: readonly number[], floor: number) => LogDensity,
): Plan {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const offsets = new Map(
    names.map((name) => {
      const seen = rows.flatMap((row, index) => {
        const call = row.get(name);
        return call === undefined ? [] : [call.start - (requests[index] as Exchange).start];
      });
      return [name, { mean: seen.reduce((sum, value) => sum + value, 0) / seen.length, count: seen.length }];
    }),
  );
  names.sort((left, right) => (offsets.get(left)?.mean ?? 0) - (offsets.get(right)?.mean ?? 0));
  const slots = names.map((name, index): Slot => {
    const after = names.slice(0, index).flatMap((other, place) => (isAfter(rows, name, other) ? [place] : []));
    const gaps = rows.flatMap((row, place) => {
      const call = row.get(name);
      if (call === undefined) return [];
      const before = after.map((slot) => row.get(names[slot] as string)?.end ?? 0);
      return [call.start - Math.max((requests[place] as Exchange).start, ...before)];
    });
    const space = name.indexOf(" ");
    const callee = name.slice(space + 1);
    const presence = Math.min((offsets.get(name)?.count ?? 0) / requests.length / (linked.get(callee) ?? 1), 1);
    return { callee, nth: Number(name.slice(0, space)), presence, after, gap: fit(gaps, clockUnit) };
  });
  const rests = rows.flatMap((row, place) =>
    row.size === 0 ? [] : [(requests[place] as Exchange).end - Math.max(...[...row.values()].map(({ end }) => end))],
  );
  const duration = requests.reduce((sum, { start, end }) => sum + end - start, 0) / requests.length;
  const unknown = -Math.log(Math.max(duration, clockUnit));
  return { slots, rest: rests.length > 0 ? fit(rests, clockUnit) : () => unknown, unknown };
}

function isAfter(rows: readonly Row[], name: string, other: string): boolean {
  let both = 0;
  let ordered = 0;
  for (const row of rows) {
    const call = row.get(name);
    const before = row.get(other);
    if (call === undefined || before === undefined) continue;
    both += 1;
    if (call.start >= before.end) ordered += 1;
  }
  return both > 0 && ordered >= both * orderedShare;
}
