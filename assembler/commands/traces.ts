import { type Command, InvalidArgumentError } from "commander";
import { latestTraces } from "../show/find-traces";
import { renderTraceTable } from "../show/trace-table";
import { type ConfigOption, configFlag, configHelp, print, withElastic } from "./config-option";

export function addTraces(program: Command): void {
  program
    .command("traces")
    .description("list the latest traces")
    .requiredOption(configFlag, configHelp)
    .option("--limit <count>", "how many", count, 20)
    .action(({ config, limit }: ConfigOption & { limit: number }) =>
      withElastic(config, async (connection) => print(renderTraceTable(await latestTraces(connection, limit)))),
    );
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000) throw new InvalidArgumentError("allowed: 1 to 10000");
  return value;
}
