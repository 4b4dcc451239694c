import type { Command } from "commander";
import { AccuracyStore } from "../accuracy/accuracy-store";
import { renderAccuracy } from "../accuracy/render-accuracy";
import { isStale, renderFleet } from "../fleet/render-fleet";
import { readStatuses } from "../fleet/status-store";
import { tracesWithoutMinute } from "../show/traces-without-minute";
import { type ConfigOption, configFlag, configHelp, print, settingsFrom, withElastic } from "./config-option";

const hourMs = 3_600_000;

interface StatusOptions extends ConfigOption {
  readonly json?: boolean;
}

export function addStatus(program: Command): void {
  program
    .command("status")
    .description(
      "how every agent is, as the running assembler saw it, and how right links are; exit status 1 when an agent is not ok or nobody watches",
    )
    .requiredOption(configFlag, configHelp)
    .option("--json", "print the documents of agent_status as JSON")
    .action(status);
}

async function status({ config, json }: StatusOptions): Promise<void> {
  const { fleet, name } = settingsFrom(config);
  await withElastic(config, async (connection) => {
    const statuses = await readStatuses(connection);
    const now = Date.now();
    print(json === true ? JSON.stringify(statuses) : renderFleet(statuses, now));
    const accuracy = json === true ? undefined : await new AccuracyStore(connection, name).read();
    if (accuracy !== undefined) print(`\n${renderAccuracy(accuracy, now)}`);
    const uncounted = json === true ? 0 : await tracesWithoutMinute(connection, now - hourMs);
    if (uncounted > 0) print(`\n${withoutMinuteInWords(uncounted)}`);
    if (isStale(statuses, now, fleet.period_ms)) {
      process.exitCode = 1;
      const since = statuses.length === 0 ? "" : `; last at ${latest(statuses.map(({ looked_at }) => looked_at))}`;
      process.stderr.write(`no assembler watches the fleet${since}: is one active, with fleet.watch on?\n`);
    }
    if (statuses.some((agent) => agent.status !== "ok")) process.exitCode = 1;
  });
}

function withoutMinuteInWords(traces: number): string {
  const count = traces === 1 ? "1 trace of the last hour counts" : `${traces} traces of the last hour count`;
  return `${count} in no minute, and so in no metrics: neither clocks nor ids of span documents tell the time of day`;
}

function latest(times: readonly number[]): string {
  return new Date(Math.max(...times)).toISOString();
}
