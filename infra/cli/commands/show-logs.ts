import type { AgentReport } from "../agent-report";
import { CliFault } from "../cli-fault";
import { type FleetOptions, openCommand, print, runCommandOnAgents } from "../fleet-command";
import { printable } from "../printable";
import { type Progress, silentProgress } from "../show/progress";
import { logsWork } from "./logs";

export interface ShowLogsOptions extends FleetOptions {
  readonly lines: number;
  readonly follow?: true;
}

/** Only trouble is told, and not among the lines of the logs. */
const troubleOnly: Progress = {
  ...silentProgress,
  done({ agent, standing, summary }) {
    if (standing !== "well") process.stderr.write(`${agent}: ${summary}\n`);
  },
};

/**
 * Prints agents' logs: agent after agent, or with `follow` every line as it comes, until the interrupt; that is then how it is meant to end.
 */
export async function showLogs(
  names: readonly string[],
  options: ShowLogsOptions,
  interrupted: AbortSignal,
): Promise<readonly AgentReport[]> {
  if (options.follow && options.json)
    throw new CliFault("--follow has no end and --json is one document: give one of them");
  // What follows is ended by the end of its stdin, so that nothing is left on a host; connections are not simply cut.
  const hosts = new AbortController();
  const cancelled = options.follow ? hosts.signal : interrupted;
  const command = await openCommand(names, options, interrupted);
  const width = Math.max(...command.agents.map(({ name }) => name.length));
  const onLine = (agent: string, line: string) => print(`${agent.padEnd(width)} | ${printable(command.mask(line))}`);
  const work = logsWork({ lines: options.lines, followUntil: options.follow && interrupted, onLine });
  const cutOff = options.follow && cutOffLater(interrupted, hosts);
  const reports = await runCommandOnAgents("logs", command, options, cancelled, work, troubleOnly);
  clearTimeout(cutOff?.timer);
  if (!options.json && !options.follow) {
    for (const { agent, facts } of reports) for (const line of (facts.lines as string[]) ?? []) onLine(agent, line);
  }
  return reports;
}

/** Milliseconds that hosts have to say goodbye. */
const goodbyeMs = 3000;

/** A host that hangs must not keep us: after the interrupt and a while, connections are cut. */
function cutOffLater(interrupted: AbortSignal, hosts: AbortController): { timer?: NodeJS.Timeout } {
  const pending: { timer?: NodeJS.Timeout } = {};
  const start = () => {
    pending.timer = setTimeout(() => hosts.abort(), goodbyeMs);
  };
  if (interrupted.aborted) start();
  else interrupted.addEventListener("abort", start, { once: true });
  return pending;
}
