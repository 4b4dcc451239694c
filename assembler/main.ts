import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { ElasticConnection } from "./elastic/elastic-connection";
import { ElasticError } from "./elastic/elastic-error";
import { makeLogger } from "./service/logger";
import { runAssembler } from "./service/run-assembler";
import { type AssemblerSettings, readAssemblerSettings } from "./settings/assembler-settings";
import { FaultsError } from "./settings/checked-toml";
import { latestTraces, tracesByIdPrefix } from "./show/find-traces";
import { renderTraceTable } from "./show/trace-table";
import { renderWaterfall } from "./show/waterfall";
import { renderSpanCount } from "./verify/render-span-count";
import { verifyTraces } from "./verify/verify-traces";

interface ConfigOption {
  readonly config: string;
}

const configFlag = "--config <file>";
const configHelp = "configuration file (TOML)";

function program(): Command {
  const root = new Command("deeptrace-assembler")
    .description("Assembles the spans of DeepTrace agents into traces.")
    .enablePositionalOptions();
  root
    .command("run", { isDefault: true })
    .description("assemble until told to stop (the default)")
    .requiredOption(configFlag, configHelp)
    .action(({ config }: ConfigOption) => run(settingsFrom(config)));
  root
    .command("verify")
    .description("recount every span against traces and rejections; exit status 1 when any is lost or in two traces")
    .requiredOption(configFlag, configHelp)
    .option("--json", "print the counts as JSON")
    .option(
      "--wait <seconds>",
      "repeat until nothing is pending, for so long at most; then pending spans fail too",
      seconds,
    )
    .action(({ config, json, wait }: ConfigOption & { json?: boolean; wait?: number }) =>
      verify(settingsFrom(config), json === true, wait),
    );
  root
    .command("traces")
    .description("list the latest traces")
    .requiredOption(configFlag, configHelp)
    .option("--limit <count>", "how many", count, 20)
    .action(({ config, limit }: ConfigOption & { limit: number }) =>
      withElastic(config, async (connection) => print(renderTraceTable(await latestTraces(connection, limit)))),
    );
  root
    .command("trace <id>")
    .description("draw one trace; the first characters of its id are enough")
    .requiredOption(configFlag, configHelp)
    .action((id: string, { config }: ConfigOption) => withElastic(config, (connection) => showTrace(connection, id)));
  return root;
}

/** Runs until SIGTERM or SIGINT; a second one ends it at once. */
async function run(settings: AssemblerSettings): Promise<void> {
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

async function verify(settings: AssemblerSettings, asJson: boolean, waitSeconds: number | undefined): Promise<void> {
  const result = await verifyTraces(settings, (waitSeconds ?? 0) * 1000);
  print(asJson ? JSON.stringify(result) : renderSpanCount(result));
  const isPending = waitSeconds !== undefined && result.pending > 0;
  if (result.lost + result.duplicated > 0 || isPending) process.exitCode = 1;
}

async function showTrace(connection: ElasticConnection, id: string): Promise<void> {
  const [trace, other] = await tracesByIdPrefix(connection, id);
  if (trace === undefined) throw new Error(`no trace has an id that begins with ${id}`);
  if (other !== undefined && trace.traceId !== id)
    throw new Error(`several traces' ids begin with ${id}: give more of it`);
  print(renderWaterfall(trace));
}

async function withElastic(config: string, work: (connection: ElasticConnection) => Promise<void>): Promise<void> {
  const connection = new ElasticConnection(settingsFrom(config).elastic);
  try {
    await work(connection);
  } finally {
    await connection.close();
  }
}

function settingsFrom(file: string): AssemblerSettings {
  return readAssemblerSettings(file, readFileSync(file, "utf8"), process.env);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError("allowed: a number of seconds, 0 or more");
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000) throw new InvalidArgumentError("allowed: 1 to 10000");
  return value;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Faults the user can mend come as a message; anything else is a fault of ours and keeps its stack. */
function report(error: unknown): void {
  process.exitCode = 1;
  const isExpected =
    error instanceof FaultsError ||
    error instanceof ElasticError ||
    (error instanceof Error && error.constructor === Error);
  process.stderr.write(`${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
}

program().parseAsync().catch(report);
