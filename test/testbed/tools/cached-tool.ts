import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Progress, silentProgress } from "./progress";

/** A part that is built or fetched once per version and kept outside the checkout. */
export interface CachedTool {
  /** Shown in the progress line. */
  title: string;
  /** `<tool>-<version>`: a folder of this name in the cache holds it. */
  folder: string;
  /** How long a build takes with nothing cached, in words. */
  hint: string;
  /** Makes it in the folder given, which is empty and not yet at its final place. */
  build(into: string): Promise<void>;
}

export function cacheRoot(): string {
  const base = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
  return path.join(base, "deeptrace-fleet");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Unfinished builds of runs that were killed. */
function removeAbandoned(root: string, folder: string): void {
  for (const name of readdirSync(root)) {
    const pid = name.startsWith(`${folder}.partial.`) ? Number(name.split(".").at(-1)) : undefined;
    if (pid !== undefined && !isAlive(pid)) rmSync(path.join(root, name), { recursive: true, force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    let owner: number;
    try {
      owner = Number(readFileSync(lock, "utf8"));
    } catch {
      return false;
    }
    // Two who find a dead owner at once may both build: the rename at the end lets one win, so no harm is done.
    if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
    return false;
  }
}

/** The folder of the tool; builds it first if it is not there. Only one process of this machine builds it at a time. */
export async function haveTool(tool: CachedTool, progress: Progress = silentProgress): Promise<string> {
  const root = cacheRoot();
  const home = path.join(root, tool.folder);
  if (existsSync(home)) {
    progress.done(tool.title, undefined);
    return home;
  }
  mkdirSync(root, { recursive: true });
  const started = performance.now();
  progress.begins(tool.title, tool.hint);
  const lock = `${home}.lock`;
  while (!existsSync(home)) {
    if (!tryLock(lock)) {
      await delay(200);
      continue;
    }
    const partial = `${home}.partial.${process.pid}`;
    try {
      removeAbandoned(root, tool.folder);
      mkdirSync(partial, { recursive: true });
      await tool.build(partial);
      renameSync(partial, home);
    } finally {
      rmSync(partial, { recursive: true, force: true });
      rmSync(lock, { force: true });
    }
  }
  progress.done(tool.title, performance.now() - started);
  return home;
}
