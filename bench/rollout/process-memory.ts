import { readFileSync } from "node:fs";
import { descendantsOf, processTable } from "../../test/testbed/processes/process-table";

const everyMs = 250;

/** The most memory that was seen, in bytes. */
export interface MemoryPeak {
  /** Each process' share: a page that three of them have counts a third for each. */
  readonly proportional: number;
  /** A page counts for every process that has it. */
  readonly resident: number;
}

/**
 * Watches a command that this process runs while `work` lasts: the memory of all children of this process called `name`
 * and of everything below them, looked at four times a second.
 */
export async function peakMemoryOf(name: string, work: () => Promise<void>): Promise<MemoryPeak> {
  let proportional = 0;
  let resident = 0;
  const look = () => {
    const now = memoryBelow(name);
    proportional = Math.max(proportional, now.proportional);
    resident = Math.max(resident, now.resident);
  };
  const timer = setInterval(look, everyMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return { proportional, resident };
}

function memoryBelow(name: string): MemoryPeak {
  const table = processTable();
  const roots = table.filter(({ pid, parent }) => parent === process.pid && textOf(pid, "comm").trim() === name);
  const pids = roots.flatMap(({ pid }) => [pid, ...descendantsOf(pid, table)]);
  const all = pids.map((pid) => parseRollup(textOf(pid, "smaps_rollup")));
  return {
    proportional: all.reduce((sum, each) => sum + each.proportional, 0),
    resident: all.reduce((sum, each) => sum + each.resident, 0),
  };
}

/** Reads the text of `/proc/PID/smaps_rollup`; a process that has ended meanwhile has none. */
export function parseRollup(text: string): MemoryPeak {
  const bytes = (field: string) => 1024 * Number(new RegExp(`^${field}: +(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
  return { proportional: bytes("Pss"), resident: bytes("Rss") };
}

function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
