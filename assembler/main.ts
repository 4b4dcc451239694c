import { Command, CommanderError } from "commander";
import { addBackfill } from "./commands/backfill";
import { exitStatus } from "./commands/exit-status";
import { addGraph, addMetrics } from "./commands/metrics";
import { addRetention } from "./commands/retention";
import { addRun } from "./commands/run";
import { addStatus } from "./commands/status";
import { addTrace } from "./commands/trace";
import { addTraces } from "./commands/traces";
import { addVerify } from "./commands/verify";
import { isMendable } from "./service/mendable";
import { FaultsError } from "./settings/fault";

function program(): Command {
  const root = new Command("deeptrace-assembler")
    .description("Assembles the spans of DeepTrace agents into traces.")
    .enablePositionalOptions();
  const commands = [addRun, addBackfill, addStatus, addVerify, addTraces, addTrace, addMetrics, addGraph, addRetention];
  for (const add of commands) add(root);
  for (const command of [root, ...root.commands]) command.exitOverride();
  return root;
}

/** Faults the user can mend come as a message; anything else is a fault of ours and keeps its stack. */
function report(error: unknown): void {
  if (error instanceof CommanderError) {
    // Help and version are no faults; the message is said already.
    process.exitCode = error.exitCode === 0 ? 0 : exitStatus.usage;
    return;
  }
  const isOurs = !isMendable(error);
  process.exitCode ??= isOurs
    ? exitStatus.ourFault
    : error instanceof FaultsError
      ? exitStatus.usage
      : exitStatus.failed;
  process.stderr.write(`${!isOurs ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
}

program().parseAsync().catch(report);
