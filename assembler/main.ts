import { Command } from "commander";
import { addGraph, addMetrics } from "./commands/metrics";
import { addRun } from "./commands/run";
import { addStatus } from "./commands/status";
import { addTrace } from "./commands/trace";
import { addTraces } from "./commands/traces";
import { addVerify } from "./commands/verify";
import { ElasticError } from "./elastic/elastic-error";
import { FaultsError } from "./settings/checked-toml";

function program(): Command {
  const root = new Command("deeptrace-assembler")
    .description("Assembles the spans of DeepTrace agents into traces.")
    .enablePositionalOptions();
  for (const add of [addRun, addStatus, addVerify, addTraces, addTrace, addMetrics, addGraph]) add(root);
  return root;
}

/** Faults the user can mend come as a message; anything else is a fault of ours and keeps its stack. */
function report(error: unknown): void {
  process.exitCode ??= 1;
  const isExpected =
    error instanceof FaultsError ||
    error instanceof ElasticError ||
    (error instanceof Error && error.constructor === Error);
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
}

program().parseAsync().catch(report);
