import { readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes this process' pid, so that `stop_agent.sh` finds it. Throws if the file names another agent that is alive: two
 * agents on one state directory would spoil each other's spool.
 */
export function claimPidFile(path: string): void {
  const other = readPid(path);
  if (other !== undefined && other !== process.pid && isAgent(other)) {
    throw new Error(`an agent runs already as process ${other} (${path}): stop it with scripts/stop_agent.sh`);
  }
  writeFileSync(path, `${process.pid}\n`, { mode: 0o644 });
}

/** Removes the file if it still names this process. */
export function releasePidFile(path: string): void {
  if (readPid(path) === process.pid) rmSync(path, { force: true });
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A pid outlives its process: it may be another program's by now. */
function isAgent(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")
      .some((word) => /(^|\/)agent\.js$/.test(word));
  } catch {
    return false;
  }
}
