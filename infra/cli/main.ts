import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { AgentReport } from "./agent-report";
import { exitStatus, exitStatusOf } from "./agent-report";
import { CliFault } from "./cli-fault";
import { controlWork } from "./commands/control";
import { showLogs } from "./commands/show-logs";
import { showPlan } from "./commands/show-plan";
import { statusOf } from "./commands/status";
import { testWork } from "./commands/test";
import { updateConfigWork } from "./commands/update-config";
import { type FleetOptions, type OpenCommand, openCommand, runCommandOnAgents } from "./fleet-command";
import type { AgentWork } from "./run-on-agents";

const exitStatusHelp = `
Exit status: ${exitStatus.allWell} all well; ${exitStatus.someUnwell} some agent is not; ${exitStatus.notStarted} wrong usage or configuration; ${exitStatus.someUnreachable} some host could not be reached.
The fleet is found as Pulumi finds it: same folder, same stack, same passphrase. More: docs/commands.md`;

const interrupt = new AbortController();

function program(): Command {
  const root = new Command("deeptrace").description("Everyday commands for a fleet of DeepTrace agents.");
  const agents = root
    .command("agents")
    .description("look at agents and act on them")
    .addHelpText("after", exitStatusHelp);
  onHosts(agents, "status", "what each agent is, against what the fleet file wants", async ({ fleet, agents }) =>
    statusOf(agents, fleet.secretValues),
  );
  onHosts(agents, "test", "check what agents need of their hosts, and say what to do about it", () => testWork());
  onHosts(agents, "start", "start agents that do not run", () => controlWork("start"));
  onHosts(agents, "stop", "stop agents; the next rollout with --refresh starts them again", () => controlWork("stop"));
  onHosts(agents, "restart", "restart agents", () => controlWork("restart"));
  onHosts(
    agents,
    "update-config",
    "bring agents the configuration of the fleet file, live where they can take it",
    ({ fleet }) => updateConfigWork(fleet.secretValues),
  );
  fleetCommand(agents, "logs", "print agents' logs, the agent's name in front of each line")
    .option("-n, --lines <count>", "how many of the last lines", wholeNumber(0, 100_000), 50)
    .option("-f, --follow", "go on with every new line until Ctrl-C")
    .action((names: string[], options: FleetOptions & { lines: number; follow?: true }) =>
      end(showLogs(names, options, interrupt.signal), options.follow),
    );
  fleetCommand(agents, "plan", "what the next pulumi up would do: which hosts, live or by restart, and what goes blind")
    .option("-r, --refresh", "look at the hosts first, as pulumi up --refresh does")
    .option("--window <minutes>", "what counts as recent", wholeNumber(1, 10_080), 15)
    .action((names: string[], options: FleetOptions & { window: number; refresh?: true }) =>
      end(showPlan(names, options, interrupt.signal)),
    );
  return root;
}

/** What every command has. */
function fleetCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument("[names...]", "agents; all, if none is named")
    .option("-t, --tag <tag>", "only agents with this tag; given again, only those with all", appended, [])
    .option("-s, --stack <stack>", "the stack (default: the selected one)")
    .option("-C, --cwd <folder>", "the project's folder", process.cwd())
    .option("--config-file <file>", "the stack's configuration, if it is elsewhere")
    .option("--json", "print one JSON document")
    .addHelpText("after", exitStatusHelp);
}

/** A command that works on each agent's host by itself. */
function onHosts(
  parent: Command,
  name: string,
  description: string,
  workOf: (command: OpenCommand) => AgentWork | Promise<AgentWork>,
): void {
  fleetCommand(parent, name, description).action((names: string[], options: FleetOptions) => {
    const run = async () => {
      const command = await openCommand(names, options, interrupt.signal);
      return runCommandOnAgents(name, command, options, interrupt.signal, await workOf(command));
    };
    return end(run());
  });
}

/** Waits for the reports; `endless` commands are meant to be interrupted. */
async function end(reports: Promise<readonly AgentReport[]>, endless = false): Promise<void> {
  const status = exitStatusOf(await reports);
  process.exitCode = interrupt.signal.aborted && !endless ? exitStatus.interrupted : status;
}

function appended(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`allowed: a whole number from ${least} to ${most}`);
  };
}

/** Faults the user can mend come as a message; anything else is a fault of ours and keeps its stack. */
function report(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitStatus.allWell : exitStatus.notStarted;
    return;
  }
  process.exitCode = interrupt.signal.aborted ? exitStatus.interrupted : exitStatus.notStarted;
  const words = error instanceof CliFault ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${words}\n`);
}

/** The first signal lets go of the hosts, the second one ends at once. What was begun on a host ends there by itself. */
function listenForInterrupts(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) process.exit(exitStatus.interrupted);
      interrupt.abort();
    });
  }
  // Whoever reads our output has had enough of it, as head has.
  process.stdout.on("error", () => process.exit(process.exitCode));
}

listenForInterrupts();
withOwnExitStatus(program()).parseAsync().catch(report);

/** Makes faults of usage throw instead of ending with commander's status. */
function withOwnExitStatus(command: Command): Command {
  command.exitOverride();
  for (const child of command.commands) withOwnExitStatus(child);
  return command;
}
