import { type Command, InvalidArgumentError } from "commander";
import { renderSpanCount } from "../verify/render-span-count";
import { isExact } from "../verify/span-count";
import { verifyTraces } from "../verify/verify-traces";
import { type ConfigOption, configFlag, configHelp, print, settingsFrom } from "./config-option";
import { timeArgument } from "./time-argument";

interface VerifyOptions extends ConfigOption {
  readonly from?: bigint;
  readonly to?: bigint;
  readonly json?: boolean;
  readonly wait?: number;
}

/** Exit statuses: something differs, and nothing could be compared. */
const differs = 1;
const failed = 2;

export function addVerify(program: Command): void {
  program
    .command("verify")
    .description(
      "recount every span against traces and rejections, and name what differs; exit status 0: nothing, " +
        "1: spans are lost, in two traces, split or outdated, 2: it could not be found out",
    )
    .requiredOption(configFlag, configHelp)
    .option(
      "--from <time>",
      "only spans that begin then or later: ISO 8601 (UTC), or nanoseconds since 1970",
      timeArgument,
    )
    .option("--to <time>", "only spans that begin before", timeArgument)
    .option("--json", "print the counts and names as JSON")
    .option(
      "--wait <seconds>",
      "repeat until Elasticsearch answers and nothing is pending, for so long at most; then pending spans count as a difference",
      seconds,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : failed))
    .action(verify);
}

async function verify({ config, from, to, json, wait }: VerifyOptions): Promise<void> {
  process.exitCode = failed;
  if (from !== undefined && to !== undefined && from >= to) throw new Error("--from must lie before --to");
  const range = from === undefined && to === undefined ? {} : { range: { from, to } };
  const result = await verifyTraces(settingsFrom(config), { ...range, waitMs: (wait ?? 0) * 1000 });
  print(json === true ? JSON.stringify(result) : renderSpanCount(result));
  const isPending = wait !== undefined && result.pending > 0;
  process.exitCode = isExact(result) && !isPending ? 0 : differs;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError("allowed: a number of seconds, 0 or more");
  return value;
}
