import { readdirSync, readFileSync } from "node:fs";

/** One line of the process table. */
export interface ProcessEntry {
  pid: number;
  parent: number;
}

/** Reads parent and pid from the text of `/proc/PID/stat`; the name in it may hold spaces and brackets. */
export function parseStat(text: string): ProcessEntry | undefined {
  const afterName = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const pid = Number.parseInt(text, 10);
  const [state, parent] = afterName;
  if (Number.isNaN(pid) || parent === undefined || state === "Z") return undefined;
  return { pid, parent: Number(parent) };
}

/** All processes below `root`, children before their own children. `root` itself is not among them. */
export function descendantsOf(root: number, table: ProcessEntry[]): number[] {
  const found: number[] = [];
  const open = [root];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const children = table.filter((entry) => entry.parent === next).map((entry) => entry.pid);
    found.push(...children);
    open.push(...children);
  }
  return found;
}

function processIds(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

/** A process may end, or belong to someone else, between the listing and the look. */
function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

/** Every process of this machine that is not a zombie. */
export function processTable(): ProcessEntry[] {
  return processIds()
    .map((pid) => parseStat(readOf(pid, "stat")))
    .filter((entry) => entry !== undefined);
}

/** Processes with an entry of this name and value in the environment they were started in. */
export function markedProcesses(name: string, value: string): number[] {
  const mark = `${name}=${value}`;
  return processIds()
    .filter((pid) => readOf(pid, "environ").split("\0").includes(mark))
    .map(Number);
}
