import { type Command, InvalidArgumentError } from "commander";
import { renderSpanCount } from "../verify/render-span-count";
import { verifyTraces } from "../verify/verify-traces";
import { type ConfigOption, configFlag, configHelp, print, settingsFrom } from "./config-option";

interface VerifyOptions extends ConfigOption {
  readonly json?: boolean;
  readonly wait?: number;
}

export function addVerify(program: Command): void {
  program
    .command("verify")
    .description("recount every span against traces and rejections; exit status 1 when any is lost or in two traces")
    .requiredOption(configFlag, configHelp)
    .option("--json", "print the counts as JSON")
    .option(
      "--wait <seconds>",
      "repeat until nothing is pending, for so long at most; then pending spans fail too",
      seconds,
    )
    .action(verify);
}

async function verify({ config, json, wait }: VerifyOptions): Promise<void> {
  const result = await verifyTraces(settingsFrom(config), (wait ?? 0) * 1000);
  print(json === true ? JSON.stringify(result) : renderSpanCount(result));
  const isPending = wait !== undefined && result.pending > 0;
  if (result.lost + result.duplicated > 0 || isPending) process.exitCode = 1;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError("allowed: a number of seconds, 0 or more");
  return value;
}
