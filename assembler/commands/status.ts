import type { Command } from "commander";
import { AccuracyStore } from "../accuracy/accuracy-store";
import { renderAccuracy } from "../accuracy/render-accuracy";
import { isStale, renderFleet } from "../fleet/render-fleet";
import { readStatuses } from "../fleet/status-store";
import { type ConfigOption, configFlag, configHelp, print, settingsFrom, withElastic } from "./config-option";

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
    if (isStale(statuses, now, fleet.period_ms)) {
      process.exitCode = 1;
      const since = statuses.length === 0 ? "" : `; last at ${latest(statuses.map(({ looked_at }) => looked_at))}`;
      process.stderr.write(`no assembler watches the fleet${since}: is one active, with fleet.watch on?\n`);
    }
    if (statuses.some((agent) => agent.status !== "ok")) process.exitCode = 1;
  });
}

function latest(times: readonly number[]): string {
  return new Date(Math.max(...times)).toISOString();
}
