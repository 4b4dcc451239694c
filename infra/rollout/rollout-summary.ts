/** What is said at the end of an up; pure. */
import type { AgentOutput } from "./fleet-outputs";
import type { Outcome } from "./run-waves";
import { type Candidate, someNames, type Wave, waveWords } from "./waves";

/** Names of agents that went well; `pulumi stack output agents` has all. */
const namedWell = 20;

/** Who is at which version, one line per version and outcome. Whatever did not go well is named agent by agent. */
export function rolloutSummary(agents: readonly AgentOutput[]): string {
  const of = (outcome: Outcome) => agents.filter(({ rollout }) => rollout === outcome);
  const failed = of("failed");
  const lines = [
    `${of("done").length} of ${agents.length} agents rolled out`,
    ...versionLines("at", of("done"), namedWell),
    ...versionLines("failed, last known at", failed, Number.POSITIVE_INFINITY),
    ...versionLines("left as they were, at", of("left"), Number.POSITIVE_INFINITY),
    ...(failed.length > 0 ? ["what runs on the failed ones now: npx deeptrace agents status"] : []),
  ];
  return lines.join("\n  ");
}

function versionLines(words: string, agents: readonly AgentOutput[], mostNames: number): string[] {
  const versions = [...new Set(agents.map(({ version }) => version))].sort();
  return versions.map((version) => {
    const names = agents.filter((agent) => agent.version === version).map(({ name }) => name);
    return `${words} ${version === "" ? "no version" : version.slice(0, 12)}: ${someNames(names, mostNames)}`;
  });
}

/** One line for each wave that was not begun; empty if every one was. */
export function wavesLeft<A extends Candidate>(
  waves: readonly Wave<A>[],
  outcomeOf: (agent: A) => Outcome | undefined,
): string[] {
  const left = waves.filter(({ agents }) => agents.every((agent) => outcomeOf(agent) === "left"));
  const stopping = waves.find(({ agents }) => agents.some((agent) => outcomeOf(agent) === "failed"));
  const reason = stopping ? `, as ${failedIn(stopping, outcomeOf)} did not pass` : "";
  return left.map(
    (wave) => `${waveWords(wave, waves.length)} is left as it was${reason}; the next up takes it up again`,
  );
}

function failedIn<A extends Candidate>(
  { number, isCanary, agents }: Wave<A>,
  outcomeOf: (agent: A) => Outcome | undefined,
): string {
  const names = agents.filter((agent) => outcomeOf(agent) === "failed").map(({ name }) => name);
  return `agent${names.length > 1 ? "s" : ""} ${someNames(names)} of wave ${number}${isCanary ? " (canary)" : ""}`;
}
