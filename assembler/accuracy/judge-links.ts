import { type Learnt, learning as learningFrom } from "../correlate/auto/learnt";
import type { Timeline } from "../correlate/auto/stretches";
import { type IdentifyingHeaders, noHeaders } from "../correlate/identifying-headers";
import { giveOutByModel, trafficOf } from "../correlate/model-calls";
import type { PlacedSpan } from "../correlate/placed-span";
import { giveOutByThread } from "../correlate/thread-calls";
import { requestOfSpan } from "../span/request-of-span";
import { hiddenSpan } from "./hidden-span";
import { KnownRequests } from "./known-requests";
import { type LinkOutcomes, noOutcomes, sureConfidence } from "./link-outcomes";
import type { LinkedPart, LinkSample } from "./link-sample";

/** Requests read between two pauses. */
const readAtOnce = 256;

export interface Judge {
  /** What says which request a call was made for. */
  readonly headers: IdentifyingHeaders;
  /** Links of less count as withheld. */
  readonly leastConfidence: number;
}

/**
 * Links the spans of a sample again as they would be linked if nothing identified a request, and counts how many of the
 * calls whose request is known got it; none where none is known. The spans themselves stay as they are. It yields
 * wherever it may pause.
 */
export function* judgeLinks(sample: LinkSample, { headers, leastConfidence }: Judge): Generator<void, LinkOutcomes> {
  const known = yield* requestsOfCalls(sample, headers);
  const outcomes = noOutcomes();
  if (known.size === 0) return outcomes;
  const hidden = yield* hideAll(sample, headers);
  yield* linkAgain(sample, hidden);
  for (const [call, request] of known) {
    const { parent, confidence } = hidden.get(call) as PlacedSpan;
    const isRight = parent !== undefined && parent === hidden.get(request);
    if (parent === undefined || confidence < leastConfidence) outcomes.withheld += 1;
    else if (isRight) outcomes.right += 1;
    else outcomes.wrong += 1;
    if (parent === undefined || confidence < sureConfidence) continue;
    outcomes.sure += 1;
    if (isRight) outcomes.sureRight += 1;
  }
  return outcomes;
}

function* requestsOfCalls(
  { judged, asked }: LinkSample,
  headers: IdentifyingHeaders,
): Generator<void, Map<PlacedSpan, PlacedSpan>> {
  const known = new Map<PlacedSpan, PlacedSpan>();
  const carried = yield* valuesOf(judged, headers);
  if (![...carried.values()].some((values) => values.some((value) => value !== ""))) return known;
  const requests = new KnownRequests();
  for (const [request, values] of yield* valuesOf(asked, headers)) requests.add(request, values);
  for (const [call, values] of carried) {
    const request = requests.requestOf(call, values);
    if (request !== undefined) known.set(call, request);
  }
  return known;
}

function* valuesOf(
  placed: readonly PlacedSpan[],
  headers: IdentifyingHeaders,
): Generator<void, Map<PlacedSpan, readonly string[]>> {
  const values = new Map<PlacedSpan, readonly string[]>();
  for (const one of placed) {
    values.set(one, headers.valuesIn(requestOfSpan(one.span), one.span.traceId));
    if (values.size % readAtOnce === 0) yield;
  }
  return values;
}

function* hideAll(
  { parts, learning }: LinkSample,
  headers: IdentifyingHeaders,
): Generator<void, Map<PlacedSpan, PlacedSpan>> {
  const hidden = new Map<PlacedSpan, PlacedSpan>();
  for (const { requests, calls } of [...parts, ...learning.values()]) {
    for (const placed of [...requests, ...calls]) {
      if (hidden.has(placed)) continue;
      const request = requestOfSpan(placed.span);
      hidden.set(placed, hiddenSpan(placed, request, headers.valuesIn(request, placed.span.traceId)));
      if (hidden.size % readAtOnce === 0) yield;
    }
  }
  return hidden;
}

function* linkAgain(
  { doThreadsTell, parts, learning }: LinkSample,
  hidden: ReadonlyMap<PlacedSpan, PlacedSpan>,
): Generator<void, void> {
  const hide = ({ requests, calls }: Timeline<PlacedSpan>): Timeline<PlacedSpan> => ({
    requests: requests.map((placed) => hidden.get(placed) as PlacedSpan),
    calls: calls.map((placed) => hidden.get(placed) as PlacedSpan),
  });
  const learntOf = new Map<bigint, Learnt | undefined>();
  for (const part of parts) {
    const bare = hide(part);
    const { epoch, own } = part;
    let isAsked = false;
    const learnt = () => {
      isAsked = true;
      return learntOf.get(epoch);
    };
    if (doThreadsTell) giveOutByThread(bare, wholeTimeOf(part), noHeaders, []);
    else giveOutByModel(bare, own, learnt, noHeaders, []);
    yield;
    const sample = learning.get(epoch);
    if (!isAsked || sample === undefined || learntOf.has(epoch)) continue;
    // Learning takes longest: it is to have its own pauses, and is done only where it is asked for.
    learntOf.set(epoch, yield* learningFrom(trafficOf(hide(sample), noHeaders)));
    yield;
    giveOutByModel(bare, own, learnt, noHeaders, []);
    yield;
  }
}

function wholeTimeOf({ calls }: LinkedPart): { from: bigint; to: bigint } {
  return { from: (calls[0] as PlacedSpan).start, to: (calls.at(-1) as PlacedSpan).start };
}
