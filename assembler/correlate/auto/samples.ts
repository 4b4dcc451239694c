import { firstFrom, firstOpen, type Places, type Timed, type Timeline } from "./stretches";

/** What was learnt serves for so long (34 s), from a multiple of it on. */
const epochBits = 35n;
/** It is learnt from calls that began up to so long before (17 s), so that it seldom has to change once it serves. */
const lookBackNs = 1n << 34n;
/** Below, gaps cannot be told from chance: a distribution needs some tens of samples. */
const fewestCalls = 32;
/** More would not sharpen what is learnt. */
const mostCalls = 2048;

/** The traffic that an epoch is learnt from. */
export interface Sample {
  readonly requests: Places;
  readonly calls: Places;
}

/** The epoch that a moment lies in. */
export function epochAt(time: bigint): bigint {
  return time >> epochBits;
}

/** The moments between which what an epoch is learnt from begins. */
export function sampledTime(epoch: bigint): readonly [from: bigint, to: bigint] {
  return [(epoch << epochBits) - lookBackNs, (epoch + 1n) << epochBits];
}

/**
 * What an epoch of a process' time is learnt from: the first calls since a while before it, as many as there are, in
 * powers of two, so that calls that come at the end change nothing until there are twice as many. Undefined where they
 * are too few.
 */
export function sampleOf({ requests, calls }: Timeline, epoch: bigint): Sample | undefined {
  const [from, to] = sampledTime(epoch);
  const first = firstFrom(calls, from);
  const count = Math.min(mostCalls, firstFrom(calls, to) - first);
  if (count < fewestCalls) return undefined;
  const past = first + 2 ** Math.floor(Math.log2(count));
  const since = (calls[first] as Timed).start;
  const begun = firstFrom(requests, since);
  const until = (calls[past - 1] as Timed).start;
  return { requests: [firstOpen(requests, begun, since), firstFrom(requests, until + 1n)], calls: [first, past] };
}
