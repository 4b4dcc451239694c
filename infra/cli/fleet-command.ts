import { type AgentReport, exitStatusOf } from "./agent-report";
import { HostAccess } from "./host-access";
import { maskerOf } from "./masking";
import { type AgentWork, runOnAgents } from "./run-on-agents";
import { selectAgents } from "./select-agents";
import { chooseProgress } from "./show/choose-progress";
import { jsonDocument } from "./show/json-document";
import type { Progress } from "./show/progress";
import { type FleetAgent, type OpenFleet, openFleet } from "./stack/open-fleet";

/** The options that every command has. */
export interface FleetOptions {
  readonly stack?: string;
  readonly cwd: string;
  readonly configFile?: string;
  readonly tag: readonly string[];
  readonly json?: true;
}

/** A stack's fleet and the agents of it that a command is for. */
export interface OpenCommand {
  readonly fleet: OpenFleet;
  readonly agents: readonly FleetAgent[];
  readonly mask: (text: string) => string;
}

/** Finds the fleet and picks the agents. Throws CliFault with what to do if either cannot be. */
export async function openCommand(
  names: readonly string[],
  options: FleetOptions,
  cancelled: AbortSignal,
): Promise<OpenCommand> {
  const fleet = await openFleet(options, cancelled);
  const agents = selectAgents(fleet.agents, { names, tags: options.tag });
  return { fleet, agents, mask: maskerOf(fleet.secretValues) };
}

/** Runs the work at the agents and shows how it gets on. Resolves with the reports; the exit status follows from them. */
export async function runCommandOnAgents(
  command: string,
  { agents, mask }: OpenCommand,
  options: FleetOptions,
  cancelled: AbortSignal,
  work: AgentWork,
  progress: Progress = chooseProgress(agents, options.json === true),
): Promise<readonly AgentReport[]> {
  const reports = await runOnAgents(agents, new HostAccess(cancelled), { progress, mask }, work);
  if (options.json) print(jsonDocument(command, exitStatusOf(reports), reports, agents));
  return reports;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
