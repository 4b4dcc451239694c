import { type Command, InvalidArgumentError } from "commander";
import { callsSince, serviceMetricsSince } from "../show/find-metrics";
import { type MergedLine, mergeLines } from "../show/merged-lines";
import { renderCallGraph, renderServiceTable } from "../show/metrics-table";
import { type ConfigOption, configFlag, configHelp, print, withElastic } from "./config-option";

interface MetricsOptions extends ConfigOption {
  /** Milliseconds. */
  readonly since: number;
  readonly json?: boolean;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sinceFlag = "--since <time>";
const sinceHelp = "from so long ago on: 90s, 15m, 2h, 7d";
const defaultSinceMs = 15 * 60_000;

export function addMetrics(program: Command): void {
  program
    .command("metrics")
    .description("list services and their endpoints: requests, errors, durations")
    .requiredOption(configFlag, configHelp)
    .option(sinceFlag, sinceHelp, period, defaultSinceMs)
    .option("--json", "print the lines as JSON, durations in nanoseconds")
    .action(({ config, since, json }: MetricsOptions) =>
      withElastic(config, async (connection) => {
        const stored = await serviceMetricsSince(connection, Date.now() - since);
        const lines = mergeLines(stored, ({ service, endpoint }) => [service, endpoint]);
        show(lines, json, ["service", "endpoint"], renderServiceTable);
      }),
    );
}

export function addGraph(program: Command): void {
  program
    .command("graph")
    .description("print the call graph: who calls whom, how often, how long it takes")
    .requiredOption(configFlag, configHelp)
    .option(sinceFlag, sinceHelp, period, defaultSinceMs)
    .option("--json", "print the edges as JSON, durations in nanoseconds")
    .action(({ config, since, json }: MetricsOptions) =>
      withElastic(config, async (connection) => {
        const stored = await callsSince(connection, Date.now() - since);
        const edges = mergeLines(stored, ({ caller, callee }) => [caller, callee]);
        show(edges, json, ["caller", "callee"], renderCallGraph);
      }),
    );
}

function show(
  lines: readonly MergedLine[],
  asJson: boolean | undefined,
  keys: readonly [string, string],
  render: (lines: readonly MergedLine[]) => string,
): void {
  if (asJson === true) {
    const named = lines.map(({ names, ...rest }) => ({ [keys[0]]: names[0], [keys[1]]: names[1], ...rest }));
    print(JSON.stringify(named));
  } else if (lines.length === 0) print("nothing was counted in that time; --since 7d looks further back");
  else print(render(lines));
}

function period(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new InvalidArgumentError("allowed: a number and s, m, h or d, such as 15m");
  }
  return Number(digits) * (units[unit] as number);
}
