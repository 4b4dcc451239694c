import type { Command } from "commander";
import type { ElasticConnection } from "../elastic/elastic-connection";
import { tracesByIdPrefix } from "../show/find-traces";
import { renderWaterfall } from "../show/waterfall";
import { type ConfigOption, configFlag, configHelp, print, withElastic } from "./config-option";

export function addTrace(program: Command): void {
  program
    .command("trace <id>")
    .description("draw one trace; the first characters of its id are enough")
    .requiredOption(configFlag, configHelp)
    .action((id: string, { config }: ConfigOption) => withElastic(config, (connection) => showTrace(connection, id)));
}

async function showTrace(connection: ElasticConnection, id: string): Promise<void> {
  const [trace, other] = await tracesByIdPrefix(connection, id);
  if (trace === undefined) throw new Error(`no trace has an id that begins with ${id}`);
  if (other !== undefined && trace.traceId !== id)
    throw new Error(`several traces' ids begin with ${id}: give more of it`);
  print(renderWaterfall(trace));
}
