import type { PlacedSpan } from "../placed-span";
import { assignedClients } from "./assigned-clients";
import { CertainPairs } from "./certain-pairs";
import { Crowd } from "./crowd";
import type { KnownEnds } from "./known-ends";
import type { DelayUser, LearntDelays } from "./learnt-delays";
import { byTime, type Passage } from "./passage";

/** Of so many who is whose is worked out for all together whenever one comes; of more, only around those that come. */
const mostTogether = 512;

/**
 * All requests with one payload whose other sides were not seen on their connections, and who is whose. They are told
 * apart by time, by addresses as far as these were kept, and by what goes before and after them on their connections.
 *
 * The pairs follow from the spans, the known ends and the learnt delays, not from the order in which they came.
 */
export class SameRequests implements DelayUser {
  readonly #clients = new Set<Passage>();
  readonly #servers = new Set<Passage>();
  readonly #certain = new CertainPairs();
  /** Since the last solution: came, or have ends for which more is known; have other neighbours; went. */
  readonly #touched = new Set<Passage>();
  readonly #joined = new Set<Passage>();
  readonly #parted = new Set<Passage>();
  /** Were ever here, without those another version took the place of: who is many once stays so, whoever leaves memory. */
  #seen = 0;
  #crowd: Crowd | undefined;

  /** `changed` are those to be solved again. */
  constructor(readonly changed: Set<SameRequests>) {}

  get isEmpty(): boolean {
    return this.#clients.size + this.#servers.size === 0;
  }

  add(passage: Passage): void {
    (passage.isServer ? this.#servers : this.#clients).add(passage);
    this.#seen += 1;
    this.touch(passage);
  }

  /** More is known of its ends. */
  touch(passage: Passage): void {
    this.#touched.add(passage);
    this.outdate();
  }

  /** It has other neighbours on its connection. */
  join(passage: Passage): void {
    this.#joined.add(passage);
    this.outdate();
  }

  outdate(): void {
    this.changed.add(this);
  }

  /** Some leave memory, or others take their places. */
  remove(gone: ReadonlySet<Passage>, areReplaced: boolean, delays: LearntDelays): void {
    for (const passage of gone) {
      (passage.isServer ? this.#servers : this.#clients).delete(passage);
      this.#touched.delete(passage);
      this.#joined.delete(passage);
      if (areReplaced) this.#parted.add(passage);
    }
    this.#crowd?.remove(gone, areReplaced);
    if (!areReplaced) {
      this.#certain.forget(gone, delays);
      return;
    }
    this.#seen -= gone.size;
    this.outdate();
  }

  *passages(): Generator<Passage> {
    yield* this.#clients;
    yield* this.#servers;
  }

  /** Tells delays of those of whom it is certain enough. */
  tell(delays: LearntDelays, ends: KnownEnds): void {
    const [clients, servers, parted] = [this.#clients, this.#servers, this.#parted];
    const touched = new Set([...this.#touched, ...this.#joined]);
    this.#certain.tell({ clients, servers, touched, parted }, delays, ends);
    this.#parted.clear();
  }

  /** Brings the servers' parents up to date; appends those that have another one now. */
  solve(delays: LearntDelays, ends: KnownEnds, changed: PlacedSpan[]): void {
    if (this.#seen > mostTogether) this.#solveAround(delays, ends, changed);
    else this.#solveTogether(delays, ends, changed);
    this.#touched.clear();
    this.#joined.clear();
  }

  #solveAround(delays: LearntDelays, ends: KnownEnds, changed: PlacedSpan[]): void {
    let touched: ReadonlySet<Passage> = this.#touched;
    if (this.#crowd === undefined) {
      this.#crowd = new Crowd(this);
      touched = new Set(this.passages());
    }
    this.#crowd.solve({ touched, joined: this.#joined }, delays, ends, changed);
  }

  #solveTogether(delays: LearntDelays, ends: KnownEnds, changed: PlacedSpan[]): void {
    this.#crowd = undefined;
    const clients = [...this.#clients].sort(byTime);
    const servers = [...this.#servers].sort(byTime);
    const found = assignedClients(clients, servers, delays, ends, this);
    for (const [place, { placed }] of servers.entries()) {
      const { candidate, confidence = 0, runnerUp } = found[place] ?? {};
      const parent = candidate?.client.placed;
      if (placed.setParent(parent, "payload", confidence, runnerUp?.client.placed)) changed.push(placed);
    }
  }
}
