import { sampleOf } from "../correlate/auto/samples";
import { firstFrom, type Places, partOf, type Timeline } from "../correlate/auto/stretches";
import type { PlacedSpan } from "../correlate/placed-span";
import type { ProcessCalls } from "../correlate/process-calls";
import { partByThread, partsByStretch, type SamplePart } from "./sample-parts";

/** Calls that are enough for one sample: some tens of milliseconds' work. */
const enoughCalls = 512;
/** Spans that one sample may look at. */
const mostSpans = 16_384;
/** Requests before those linked again that are asked whether they carry a value too. */
const earlierRequests = 1024;
/** Calls of traces that are not written yet, which are passed over to find one that is. */
const mostPassedOver = 20_000;

/** Spans that are linked again together, sorted by start; only the calls at `own` places are to get a request. */
export interface LinkedPart extends Timeline<PlacedSpan> {
  readonly own: Places;
  readonly epoch: bigint;
}

/** Some spans of one process, to be linked again. */
export interface LinkSample {
  readonly doThreadsTell: boolean;
  readonly parts: readonly LinkedPart[];
  /** By epoch: what is to be learnt from. */
  readonly learning: ReadonlyMap<bigint, Timeline<PlacedSpan>>;
  /** Calls of written traces, to be judged where their request is known. */
  readonly judged: readonly PlacedSpan[];
  /** The requests that calls may be known by. */
  readonly asked: readonly PlacedSpan[];
  /** When the last call of it began. */
  readonly to: bigint;
}

/**
 * The newest calls of a process that began after a moment and are at rest with their neighbours, and what the
 * correlation looks at to link them. Of the time in memory the first quarter is left out, as neighbours of it may be
 * gone, and the last one as long as more comes: traces that take longer are not at rest yet, and would be passed over for
 * good. "too large" where that takes more spans than a sample may have, undefined where nothing is new.
 */
export function sampleLinks(
  { timeline, doThreadsTell }: Pick<ProcessCalls, "timeline" | "doThreadsTell">,
  isAtRest: (placed: PlacedSpan) => boolean,
  after: bigint,
): LinkSample | "too large" | undefined {
  const { requests, calls } = timeline;
  const last = lastAtRest(calls, isAtRest);
  if (last === undefined) return undefined;
  const newest = (calls[last] as PlacedSpan).start;
  const oldest = firstStart(timeline, newest);
  const quarter = (newest - oldest) / 4n;
  const whole = oldest + quarter;
  const isToTheEnd = last === calls.length - 1;
  const judgeable = {
    from: whole > after ? whole : after + 1n,
    past: isToTheEnd ? calls.length : firstFrom(calls, newest - quarter),
    isToTheEnd,
  };
  const places = (doThreadsTell ? partByThread : partsByStretch)(timeline, judgeable, enoughCalls);
  if (places.length === 0) return undefined;
  const parts = places.map((part) => linkedPart(timeline, part));
  const learning = new Map<bigint, Timeline<PlacedSpan>>();
  for (const { epoch } of doThreadsTell ? [] : parts) {
    const learnt = learning.has(epoch) ? undefined : sampleOf(timeline, epoch);
    if (learnt !== undefined) learning.set(epoch, partOf(timeline, learnt));
  }
  const begun = Math.min(...places.map((part) => part.requests[0]));
  const past = Math.max(...places.map((part) => part.requests[1]));
  const asked = requests.slice(Math.max(0, begun - earlierRequests), past);
  const looked = [...parts, ...learning.values()].reduce(
    (sum, part) => sum + part.requests.length + part.calls.length,
    0,
  );
  if (looked + asked.length > mostSpans) return "too large";
  const judged = parts
    .flatMap((part) => part.calls.slice(...part.own))
    .filter((call) => call.wantsParent && isAtRest(call));
  return { doThreadsTell, parts, learning, judged, asked, to: lastStart(parts) };
}

function linkedPart(timeline: Timeline<PlacedSpan>, part: SamplePart): LinkedPart {
  const { own, calls, epoch } = part;
  return { ...partOf(timeline, part), own: [own[0] - calls[0], own[1] - calls[0]], epoch };
}

/** Place of the last call whose trace is written. */
function lastAtRest(calls: readonly PlacedSpan[], isAtRest: (placed: PlacedSpan) => boolean): number | undefined {
  for (let place = calls.length - 1; place >= 0 && place >= calls.length - mostPassedOver; place -= 1) {
    if (isAtRest(calls[place] as PlacedSpan)) return place;
  }
  return undefined;
}

function firstStart({ requests, calls }: Timeline<PlacedSpan>, least: bigint): bigint {
  const starts = [requests[0], calls[0]].flatMap((placed) => placed?.start ?? []);
  return starts.reduce((first, start) => (start < first ? start : first), least);
}

function lastStart(parts: readonly LinkedPart[]): bigint {
  const starts = parts.map(({ calls, own }) => (calls[own[1] - 1] as PlacedSpan).start);
  return starts.reduce((latest, start) => (start > latest ? start : latest));
}
