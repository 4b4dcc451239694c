import type { TimeSpans } from "../time-spans";
import type { LookedTime } from "./crowd-clients";
import { type DelayUser, epochOf } from "./learnt-delays";
import type { Passage } from "./passage";
import { Routes } from "./routes";

/** Half a second. */
const cellBits = 29n;
/** One host answers fewer requests with one payload in a cell's time; of more no pair is asserted, which bounds the work. */
const mostServers = 2048;

/** Number of the cell that a time of its agent is in. */
export function cellAt(start: bigint): bigint {
  return start >> cellBits;
}

/** The servers of one agent that begin in one half of a second: they are looked at again together. */
export class CrowdCell implements DelayUser {
  readonly servers = new Set<Passage>();
  /** By agent of the clients, on its clock. */
  readonly looked = new Map<string, LookedTime>();
  readonly from: bigint;
  readonly to: bigint;
  readonly epoch: bigint;
  /** Its servers', when it was last looked at; the same with those of the cells before. */
  routes = new Routes();
  routesBefore = new Routes();
  isOutdated = true;
  /** There were too many when it was last looked at. */
  isOverfull = false;

  constructor(
    readonly agent: string,
    readonly number: bigint,
    readonly crowd: DelayUser,
  ) {
    this.from = number << cellBits;
    this.to = (number + 1n) << cellBits;
    this.epoch = epochOf(this.from);
  }

  get hasTooMany(): boolean {
    return this.servers.size > mostServers;
  }

  outdate(): void {
    if (this.isOverfull && this.hasTooMany) return;
    this.isOutdated = true;
    this.crowd.outdate();
  }

  /** Whether it looked where clients came or went, by their agents. */
  isConcerned(moved: ReadonlyMap<string, TimeSpans>): boolean {
    if (this.isOutdated) return true;
    if (this.isOverfull) return false;
    for (const [agent, spans] of moved) {
      const looked = this.looked.get(agent);
      if (looked === undefined || spans.touch(looked.from, looked.to)) return true;
    }
    return false;
  }
}
