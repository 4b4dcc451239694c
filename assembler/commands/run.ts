import type { Command } from "commander";
import { makeLogger } from "../service/logger";
import { isMendable } from "../service/mendable";
import { runAssembler } from "../service/run-assembler";
import { SettingsInUse } from "../service/settings-in-use";
import { type ConfigOption, configFlag, configHelp, settingsFrom } from "./config-option";
import { exitStatus } from "./exit-status";

interface RunCommandOptions extends ConfigOption {
  readonly reloadFrom?: string;
}

export function addRun(program: Command): void {
  program
    .command("run", { isDefault: true })
    .description("assemble until told to stop (the default)")
    .requiredOption(configFlag, configHelp)
    .option("--reload-from <file>", "at a reload, read this file if it is there, instead of the configuration file")
    .action(run);
}

/** Runs until SIGTERM or SIGINT; a second one ends it at once. SIGHUP reads the configuration again. */
async function run({ config, reloadFrom }: RunCommandOptions): Promise<void> {
  const initial = settingsFrom(config);
  const stop = new AbortController();
  const logger = makeLogger(initial);
  const settings = new SettingsInUse(initial, reloadFrom === undefined ? [config] : [reloadFrom, config], logger);
  const onStop = (signal: string) => {
    if (stop.signal.aborted) process.exit(1);
    logger.info({ signal }, "stopping; a second signal ends it at once");
    stop.abort();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, onStop);
  // A terminal that is closed sends it too, and nobody would see the process any more.
  process.on("SIGHUP", () => (process.stdout.isTTY ? onStop("SIGHUP") : settings.reload()));
  const crashed = new Promise<never>((_resolve, reject) => {
    for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, reject);
  });
  crashed.catch(() => {});
  try {
    await runAssembler({ settings, logger, signal: stop.signal, crashed });
  } catch (error) {
    if (isMendable(error)) throw error;
    logger.fatal({ err: error }, "a fault of the assembler itself: it ends, and what was not written is read again");
    process.exit(exitStatus.ourFault);
  }
}
