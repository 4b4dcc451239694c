import type { ProcessTraffic } from "./algorithm";
import { type Learnt, learnFrom } from "./auto/learnt";
import { type Sample, sampledTime, sampleOf } from "./auto/samples";
import type { Timed, Timeline } from "./auto/stretches";
import type { TimeSpans } from "./time-spans";

interface Epoch<Item> {
  learnt: Learnt | undefined;
  /** What it was learnt from, to tell whether it still is the same. */
  first: Item | undefined;
  last: Item | undefined;
  looksFrom: bigint;
  looksTo: bigint;
  /** Some of its time's spans left: what is here now is no longer what it was learnt from. */
  isFrozen: boolean;
}

/**
 * What was learnt for each epoch of a process' time, once it is asked for. It follows from the spans of that time alone
 * and is learnt anew when these change, until the first of them leaves memory: from then on it stays.
 */
export class LearntEpochs<Item extends Timed> {
  readonly #epochs = new Map<bigint, Epoch<Item>>();

  constructor(readonly trafficOf: (part: Sample) => ProcessTraffic) {}

  of(timeline: Timeline<Item>, epoch: bigint): Learnt | undefined {
    const known = this.#epochs.get(epoch);
    if (known !== undefined) return known.learnt;
    const sample = sampleOf(timeline, epoch);
    const learnt = sample && learnFrom(this.trafficOf(sample));
    this.#epochs.set(epoch, { learnt, ...boundsOf(timeline, sample, epoch), isFrozen: false });
    return learnt;
  }

  /** Forgets what is no longer what it would be learnt from, with `touched` having come or gone; returns those epochs. */
  refresh(timeline: Timeline<Item>, touched: TimeSpans): Set<bigint> {
    const changed = new Set<bigint>();
    for (const [number, epoch] of this.#epochs) {
      const [, to] = sampledTime(number);
      if (epoch.isFrozen || !touched.touch(epoch.looksFrom, to)) continue;
      const { first, last } = boundsOf(timeline, sampleOf(timeline, number), number);
      if (first === epoch.first && last === epoch.last && !touched.touch(epoch.looksFrom, epoch.looksTo)) continue;
      this.#epochs.delete(number);
      changed.add(number);
    }
    return changed;
  }

  /** Of a span that left memory. */
  leaves(start: bigint): void {
    for (const [number, epoch] of this.#epochs) {
      const [from, to] = sampledTime(number);
      if (start >= from && start < to) epoch.isFrozen = true;
    }
  }

  /** Epochs before this one are over. */
  dropBefore(epoch: bigint): void {
    for (const number of this.#epochs.keys()) if (number < epoch) this.#epochs.delete(number);
  }

  clear(): void {
    this.#epochs.clear();
  }
}

function boundsOf<Item extends Timed>(
  { requests, calls }: Timeline<Item>,
  sample: Sample | undefined,
  epoch: bigint,
): Pick<Epoch<Item>, "first" | "last" | "looksFrom" | "looksTo"> {
  const [from] = sampledTime(epoch);
  if (sample === undefined) return { first: undefined, last: undefined, looksFrom: from, looksTo: from - 1n };
  const first = calls[sample.calls[0]] as Item;
  const last = calls[sample.calls[1] - 1] as Item;
  const request = requests[sample.requests[0]];
  const looksFrom = request !== undefined && request.start < from ? request.start : from;
  return { first, last, looksFrom, looksTo: last.start };
}
