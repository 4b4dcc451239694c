import type { Command } from "commander";
import type { Logger } from "pino";
import { makeLogger } from "../service/logger";
import { isMendable } from "../service/mendable";
import { ReadingGoal } from "../service/reading-goal";
import { runAssembler } from "../service/run-assembler";
import { runToEnd } from "../service/run-to-end";
import { SettingsInUse } from "../service/settings-in-use";
import { type ConfigOption, configFlag, configHelp, settingsFrom } from "./config-option";
import { exitStatus } from "./exit-status";
import { stopSignals } from "./stop-signals";

interface RunCommandOptions extends ConfigOption {
  readonly reloadFrom?: string;
  readonly once?: boolean;
}

export function addRun(program: Command): void {
  program
    .command("run", { isDefault: true })
    .description("assemble until told to stop (the default)")
    .requiredOption(configFlag, configHelp)
    .option("--reload-from <file>", "at a reload, read this file if it is there, instead of the configuration file")
    .option("--once", "end when everything that is indexed now is read and written; without the HTTP port")
    .action(run);
}

async function run({ config, reloadFrom, once }: RunCommandOptions): Promise<void> {
  const initial = settingsFrom(config);
  const logger = makeLogger(initial);
  const stop = stopSignals((signal) => logger.info({ signal }, "stopping; a second signal ends it at once"));
  if (once) {
    const goal = new ReadingGoal();
    const isDone = goal.isReached.bind(goal);
    const isWhole = await loggingCrashes(logger, runToEnd(initial, logger, stop.signal, { isDone }));
    if (!isWhole) throw new Error("stopped before everything was written; the next run goes on from there");
    return;
  }
  const settings = new SettingsInUse(initial, reloadFrom === undefined ? [config] : [reloadFrom, config], logger);
  // A terminal that is closed sends it too, and nobody would see the process any more.
  process.on("SIGHUP", () => {
    if (process.stdout.isTTY) stop.abort();
    else settings.reload();
  });
  const crashed = new Promise<never>((_resolve, reject) => {
    for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, reject);
  });
  crashed.catch(() => {});
  await loggingCrashes(logger, runAssembler({ settings, logger, signal: stop.signal, crashed }));
}

/** A fault of our own is a line of the log like any other, and ends the process whatever else goes on in it. */
async function loggingCrashes<T>(logger: Logger, running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    if (isMendable(error)) throw error;
    logger.fatal({ err: error }, "a fault of the assembler itself: it ends, and what was not written is read again");
    process.exit(exitStatus.ourFault);
  }
}
