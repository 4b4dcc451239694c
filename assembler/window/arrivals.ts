import { entryOf } from "../collections/entry-of";
import type { Member } from "./member";

interface AgentArrivals {
  waiting: Member[];
  /** When spans came, and the latest end among all that had come by then. */
  readonly latestEnds: { readonly at: number; readonly end: bigint }[];
  /** Spans that ended by then have all come, as far as they ever come in time. */
  complete: bigint;
}

/**
 * Spans that came and are not correlated yet. As long as the other side of a request is on its way, it seems to belong
 * to another one; so of each agent only the time up to which its spans have had a while to come is let through.
 */
export class Arrivals {
  readonly #byAgent = new Map<string, AgentArrivals>();

  /** `now` in milliseconds. */
  add(member: Member, now: number): void {
    const { agent, end } = member.span;
    const arrivals = entryOf(this.#byAgent, agent, () => ({ waiting: [], latestEnds: [], complete: -1n }));
    arrivals.waiting.push(member);
    const latest = arrivals.latestEnds.at(-1);
    if (latest?.at === now) {
      if (end > latest.end) arrivals.latestEnds[arrivals.latestEnds.length - 1] = { at: now, end };
    } else {
      arrivals.latestEnds.push({ at: now, end: latest !== undefined && latest.end > end ? latest.end : end });
    }
  }

  /** Lets through what ended by the time that was the latest of its agent at `cameBy`; every span sooner or later. */
  take(cameBy: number): Member[] {
    const taken: Member[] = [];
    for (const arrivals of this.#byAgent.values()) {
      const { latestEnds } = arrivals;
      let passed = 0;
      for (let next = latestEnds[0]; next !== undefined && next.at <= cameBy; next = latestEnds[passed]) {
        arrivals.complete = next.end;
        passed += 1;
      }
      latestEnds.splice(0, passed);
      const waiting: Member[] = [];
      for (const member of arrivals.waiting) (member.span.end <= arrivals.complete ? taken : waiting).push(member);
      arrivals.waiting = waiting;
    }
    return taken;
  }
}
