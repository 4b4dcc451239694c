import { Places } from "../ssh/places";
import type { Candidate, Wave } from "./waves";

/** Each agent opens one SSH connection at a time, and sshd refuses beyond `MaxStartups 10:30:100`. */
const agentsPerHost = 8;

/** What came of an agent: rolled out and past its gate, failed, or never begun. */
export type Outcome = "done" | "failed" | "left";

/**
 * Rolls out wave after wave, at most `parallelism` agents of a wave and eight of a host at once. A wave begins when every agent of the one before is done; after one that
 * failed nothing more is begun, but the rest of its own wave is.
 *
 * @param start begins an agent and resolves when nothing of it is under way any more; true if all went well. Never rejects.
 * @returns what came of each agent, by name
 */
export async function runWaves<A extends Candidate>(
  waves: readonly Wave<A>[],
  parallelism: number | undefined,
  start: (agent: A, wave: Wave<A>) => Promise<boolean>,
): Promise<Map<string, Outcome>> {
  const hosts = new Places(agentsPerHost);
  const outcomes = new Map<string, Outcome>(waves.flatMap(({ agents }) => agents.map(({ name }) => [name, "left"])));
  for (const wave of waves) {
    const waiting = [...wave.agents];
    const work = async () => {
      for (let agent = waiting.shift(); agent !== undefined; agent = waiting.shift()) {
        outcomes.set(agent.name, (await hosts.within(agent.host, () => start(agent, wave))) ? "done" : "failed");
      }
    };
    await Promise.all(
      Array.from({ length: Math.min(parallelism ?? Number.POSITIVE_INFINITY, wave.agents.length) }, work),
    );
    if (wave.agents.some(({ name }) => outcomes.get(name) !== "done")) break;
  }
  return outcomes;
}
