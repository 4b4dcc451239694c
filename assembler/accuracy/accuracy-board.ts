import { entryOf } from "../collections/entry-of";
import { addOutcomes, type LinkOutcomes, noOutcomes } from "./link-outcomes";

/** The window moves on in steps of this share of it. */
const steps = 12;
/** Services with figures of their own; calls of more are not judged. */
const mostServices = 500;

/** How right the links of a service are. */
export interface ServiceAccuracy {
  readonly service: string;
  /** Since the start. */
  readonly total: LinkOutcomes;
  /** Of the last while. */
  readonly recent: LinkOutcomes;
}

interface Kept {
  readonly total: LinkOutcomes;
  /** By number of the step. */
  readonly recent: Map<number, LinkOutcomes>;
}

/** Outcomes by service, in all and of the last `windowMs`; the meter adds to them, metrics and status read them. */
export class AccuracyBoard {
  readonly #services = new Map<string, Kept>();
  /** Samples judged, of which some held no call whose request is known. */
  samples = 0;
  /** Times that calls of a process were not judged as too many spans would have to be looked at. */
  samplesTooLarge = 0;
  /** Processor time spent, pauses left out. */
  spentMs = 0;

  /** `now`: milliseconds that never go back. */
  constructor(
    readonly windowMs: number,
    readonly now: () => number,
  ) {}

  add(service: string, outcomes: LinkOutcomes): void {
    if (!this.#services.has(service) && this.#services.size >= mostServices) return;
    const kept = entryOf(this.#services, service, () => ({ total: noOutcomes(), recent: new Map() }));
    addOutcomes(kept.total, outcomes);
    addOutcomes(entryOf(kept.recent, this.#step(), noOutcomes), outcomes);
    this.#dropOld(kept);
  }

  /** By name. */
  services(): ServiceAccuracy[] {
    const names = [...this.#services.keys()].sort();
    return names.map((service) => {
      const kept = this.#services.get(service) as Kept;
      this.#dropOld(kept);
      const recent = noOutcomes();
      for (const outcomes of kept.recent.values()) addOutcomes(recent, outcomes);
      return { service, total: { ...kept.total }, recent };
    });
  }

  /** Forgets the last while: another assembler works, and says how right its links are. */
  forgetRecent(): void {
    for (const { recent } of this.#services.values()) recent.clear();
  }

  #step(): number {
    return Math.floor((this.now() * steps) / this.windowMs);
  }

  #dropOld({ recent }: Kept): void {
    const oldest = this.#step() - steps;
    for (const step of recent.keys()) if (step <= oldest) recent.delete(step);
  }
}
