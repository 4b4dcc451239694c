import { nearestKey } from "../../assembler/settings/nearest-key";
import type { AgentSpec } from "../fleet/fleet";
import { CliFault } from "./cli-fault";

/** Which agents a command is for: each name and each tag narrows; neither means the whole fleet. */
export interface Selection {
  readonly names: readonly string[];
  readonly tags: readonly string[];
}

/**
 * The agents that are named (all, if none is) and have every tag, in the order of the fleet. Throws {@link CliFault} for a name or a tag that
 * the fleet does not have, with the nearest that it has, and if no agent is left.
 */
export function selectAgents<Agent extends Pick<AgentSpec, "name" | "tags">>(
  agents: readonly Agent[],
  { names, tags }: Selection,
): Agent[] {
  const knownNames = agents.map(({ name }) => name);
  const knownTags = [...new Set(agents.flatMap((agent) => agent.tags))].sort();
  const faults = [
    ...names.filter((name) => !knownNames.includes(name)).map((name) => unknown("agent", name, knownNames)),
    ...tags.filter((tag) => !knownTags.includes(tag)).map((tag) => unknown("tag", tag, knownTags)),
  ];
  if (faults.length > 0) throw new CliFault(faults.join("\n"));
  const chosen = agents.filter(
    (agent) => (names.length === 0 || names.includes(agent.name)) && tags.every((tag) => agent.tags.includes(tag)),
  );
  if (chosen.length > 0) return chosen;
  const among = names.length > 0 ? ` among ${names.join(", ")}` : "";
  throw new CliFault(`no agent${among} has ${tags.map((tag) => `tag "${tag}"`).join(" and ")}: name fewer tags`);
}

function unknown(kind: "agent" | "tag", word: string, known: readonly string[]): string {
  const near = nearestKey(word, known);
  const some = `${known.slice(0, 8).join(", ")}${known.length > 8 ? ` and ${known.length - 8} more` : ""}`;
  const allowed = known.length === 0 ? `this fleet file has no ${kind}s` : `the fleet file has ${some}`;
  return `no ${kind} "${word}"${near === undefined ? "" : `; do you mean "${near}"?`} (${allowed})`;
}
