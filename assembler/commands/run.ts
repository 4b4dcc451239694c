import type { Command } from "commander";
import { makeLogger } from "../service/logger";
import { runAssembler } from "../service/run-assembler";
import { type ConfigOption, configFlag, configHelp, settingsFrom } from "./config-option";

export function addRun(program: Command): void {
  program
    .command("run", { isDefault: true })
    .description("assemble until told to stop (the default)")
    .requiredOption(configFlag, configHelp)
    .action(run);
}

/** Runs until SIGTERM or SIGINT; a second one ends it at once. */
async function run({ config }: ConfigOption): Promise<void> {
  const settings = settingsFrom(config);
  const stop = new AbortController();
  const logger = makeLogger(settings);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1);
      logger.info({ signal }, "stopping; a second signal ends it at once");
      stop.abort();
    });
  }
  await runAssembler(settings, logger, stop.signal);
}
