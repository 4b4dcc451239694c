import type { RolloutOptions, Share } from "../stack-options";

/** What deciding over waves needs to know of an agent. */
export interface Candidate {
  readonly name: string;
  /** Address of its machine. */
  readonly host: string;
}

/** Agents that are rolled out together; the next wave starts once all of them passed. */
export interface Wave<A extends Candidate> {
  /** Counts from 1. */
  readonly number: number;
  readonly isCanary: boolean;
  readonly agents: readonly A[];
}

/**
 * Divides a fleet into waves: first the canaries, then batches. Who is in which wave follows from names and hosts alone: the first agent of
 * each host goes first, in the order of their names, then the second of each host, and so on. So canaries are on as many hosts as there are, and
 * one bad agent is not tried on all agents of a host at once. Percentages are of the whole fleet, rounded up.
 */
export function planWaves<A extends Candidate>(
  agents: readonly A[],
  rollout: Pick<RolloutOptions, "canary" | "batch"> = {},
): Wave<A>[] {
  const queue = spreadOverHosts(agents);
  const waves: Wave<A>[] = [];
  const take = (count: number, isCanary: boolean) => {
    const taken = queue.splice(0, count);
    if (taken.length > 0) waves.push({ number: waves.length + 1, isCanary, agents: taken });
  };
  if (rollout.canary) take(sizeOf(rollout.canary, agents.length), true);
  const batch = rollout.batch ? sizeOf(rollout.batch, agents.length) : Math.max(1, queue.length);
  while (queue.length > 0) take(batch, false);
  return waves;
}

function sizeOf(share: Share, all: number): number {
  return "count" in share ? share.count : Math.max(1, Math.ceil((all * share.percent) / 100));
}

function spreadOverHosts<A extends Candidate>(agents: readonly A[]): A[] {
  const byName = [...agents].sort((a, b) => (a.name < b.name ? -1 : 1));
  const before = new Map<string, number>();
  const ranked = byName.map((agent) => {
    const rank = before.get(agent.host) ?? 0;
    before.set(agent.host, rank + 1);
    return { agent, rank };
  });
  // Sorting is stable: within a rank the order of the names stays.
  return ranked.sort((a, b) => a.rank - b.rank).map(({ agent }) => agent);
}

/** `wave 2 of 4 (agents b, c)`, the canaries by that name, and at most eight agents of it. */
export function waveWords<A extends Candidate>({ number, isCanary, agents }: Wave<A>, waves: number): string {
  const kind = isCanary ? `canar${agents.length > 1 ? "ies" : "y"}` : `agent${agents.length > 1 ? "s" : ""}`;
  return `wave ${number} of ${waves} (${kind} ${someNames(agents.map(({ name }) => name))})`;
}

/** `a, b, c`; of many names the first ones and how many more there are. */
export function someNames(names: readonly string[], most = 8): string {
  const rest = names.length - most;
  return rest > 1 ? `${names.slice(0, most).join(", ")} and ${rest} more` : names.join(", ");
}
