import type { Command } from "commander";
import { retentionPreview } from "../retention/retention-round";
import { type ConfigOption, configFlag, configHelp, print, settingsFrom, withElastic } from "./config-option";

export function addRetention(program: Command): void {
  program
    .command("retention")
    .description("what retention would do with each index, and why; changes nothing")
    .requiredOption(configFlag, configHelp)
    .action(showPlan);
}

async function showPlan({ config }: ConfigOption): Promise<void> {
  const settings = settingsFrom(config);
  await withElastic(config, async (connection) => {
    const steps = await retentionPreview({ connection, settings, now: Date.now });
    for (const { action, index, reason } of steps) print(`${action.padEnd(9)}  ${index}  ${reason}`);
    if (!settings.retention.enabled) print("retention.enabled is false: nothing of it is done");
  });
}
