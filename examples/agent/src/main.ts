import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "./agent";
import { readConfig } from "./config";
import { createLog } from "./log";
import { claimPidFile, releasePidFile } from "./pid-file";

// Run as `DEEPTRACE_CONFIG=… DEEPTRACE_STATE=… node agent.js`. Ends with 0 after SIGTERM or SIGINT, with 1 and one message
// on standard error if it cannot start. A second signal ends it at once.

const log = createLog((line) => process.stdout.write(`${line}\n`));

// A log that nobody reads any more must not end the agent.
process.stdout.on("error", () => {});

async function main(): Promise<void> {
  const configFile = needed("DEEPTRACE_CONFIG", "the path of deeptrace.toml");
  const state = needed("DEEPTRACE_STATE", "the directory for the agent's pid file and spool");
  const text = readFileSync(configFile, "utf8");
  const config = readConfig(configFile, text);
  mkdirSync(state, { recursive: true });
  const pidFile = join(state, "agent.pid");
  claimPidFile(pidFile);
  process.once("exit", () => releasePidFile(pidFile));
  const agent = await Agent.start(config, text, state, log);
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      agent.stop().then(() => process.exit(0), fail);
    });
  }
}

function needed(variable: string, meaning: string): string {
  const value = process.env[variable];
  if (value === undefined || value === "") throw new Error(`${variable} is not set: it is ${meaning}`);
  return value;
}

function fail(error: unknown): void {
  process.stderr.write(`deeptrace agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
