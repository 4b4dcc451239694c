import { commonOffset, offsetRange, recordingSlackNs } from "../clock-offset";
import { agreeingRequests } from "../connection-confidence";
import type { Passage } from "./passage";

/** What one request seen from both sides says of two hosts' clocks and of the way between them; nanoseconds. */
export interface SeenDelay {
  /** When it began at the server, on the server's clock, and its span: for an order that depends on nothing else. */
  readonly at: bigint;
  readonly id: string;
  /** Server's start less client's, each on its own clock; client's end less server's. */
  readonly forth: number;
  readonly back: number;
  /** Offsets of the server's clock that let its stay lie within the client's wait. */
  readonly low: number;
  readonly high: number;
}

/** When a request that a client sent begins at a server, and how long after its end there it ends; nanoseconds. */
export interface Delays {
  readonly forth: Spread;
  readonly back: Spread;
  /** Added to the server's times, it makes them the client's, give or take `slack`. */
  readonly offset: number;
  readonly slack: number;
  /** False: nothing was learnt, and the clocks are taken to be right. */
  readonly isLearnt: boolean;
}

interface Spread {
  readonly middle: number;
  readonly width: number;
}

/** More add nothing. */
export const mostLearntFrom = 64;
/** Share of what was seen that must agree on an offset. */
const agreeingShare = 0.5;
/** A network's own unevenness. */
const leastWidthNs = 50_000;
const wellKeptNs = 1_000_000;

export const assumedDelays: Delays = {
  forth: { middle: 300_000, width: 500_000 },
  back: { middle: 300_000, width: 500_000 },
  offset: 0,
  slack: wellKeptNs,
  isLearnt: false,
};

/** Of one host everything is on one clock. */
export const ownDelays: Delays = {
  forth: { middle: 150_000, width: 200_000 },
  back: { middle: 150_000, width: 200_000 },
  offset: 0,
  slack: recordingSlackNs,
  isLearnt: true,
};

export function seenDelay(client: Passage, server: Passage): SeenDelay {
  const [asked, served] = [client.placed.span, server.placed.span];
  return {
    at: served.start,
    id: served.spanId,
    forth: Number(served.start - asked.start),
    back: Number(asked.end - served.end),
    ...offsetRange(asked, served),
  };
}

/** What most of them agree on; undefined when too few do. */
export function delaysOf(seen: readonly SeenDelay[]): Delays | undefined {
  const offset = commonOffset(seen)?.offset;
  if (offset === undefined) return undefined;
  const agreeing = seen.filter(({ low, high }) => low <= offset && offset <= high);
  const servers = new Set(seen.map(({ id }) => id)).size;
  const agreeingServers = new Set(agreeing.map(({ id }) => id)).size;
  if (agreeingServers < agreeingRequests || agreeingServers < servers * agreeingShare) return undefined;
  const low = Math.max(...agreeing.map((each) => each.low));
  const high = Math.min(...agreeing.map((each) => each.high));
  return {
    forth: spreadOf(agreeing.map(({ forth }) => forth)),
    back: spreadOf(agreeing.map(({ back }) => back)),
    offset,
    slack: recordingSlackNs + Math.min((high - low) / 2, wellKeptNs),
    isLearnt: true,
  };
}

/** How likely a delay is, per nanosecond; some are far longer than most (Cauchy). */
export function density({ middle, width }: Spread, delay: number): number {
  const away = (delay - middle) / width;
  return 1 / (Math.PI * width * (1 + away * away));
}

function spreadOf(delays: readonly number[]): Spread {
  const middle = median(delays);
  return { middle, width: Math.max(median(delays.map((delay) => Math.abs(delay - middle))), leastWidthNs) };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] as number;
}
