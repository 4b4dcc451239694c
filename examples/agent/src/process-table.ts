import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** A process as /proc shows it. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  /** Name of the executable, at most 15 characters. */
  name: string;
  /** The arguments, joined by spaces. */
  commandLine: string;
  /** Pid of the process that traces it; 0 if none. */
  tracer: number;
}

/** All processes of this host that have a command line; one that ends meanwhile is left out. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map((pid) => readProcess(Number(pid)).catch(() => undefined)));
  return entries.filter((entry) => entry !== undefined && entry.commandLine !== "") as ProcessEntry[];
}

/** True once every thread of the process is traced by `tracer`; false if the process is gone. */
export async function isTracedBy(pid: number, tracer: number): Promise<boolean> {
  try {
    const threads = await readdir(`/proc/${pid}/task`);
    const tracers = await Promise.all(
      threads.map(async (thread) => field(await readFile(`/proc/${pid}/task/${thread}/status`, "latin1"), "TracerPid")),
    );
    return tracers.every((found) => Number(found) === tracer);
  } catch {
    return false;
  }
}

/** The process that a thread belongs to; undefined if it has ended. */
export function processOfThread(tid: number): number | undefined {
  try {
    return Number(field(readFileSync(`/proc/${tid}/status`, "latin1"), "Tgid"));
  } catch {
    return undefined;
  }
}

async function readProcess(pid: number): Promise<ProcessEntry> {
  const [status, commandLine] = await Promise.all([
    readFile(`/proc/${pid}/status`, "latin1"),
    readFile(`/proc/${pid}/cmdline`, "utf8"),
  ]);
  return {
    pid,
    parent: Number(field(status, "PPid")),
    name: field(status, "Name"),
    commandLine: commandLine.replace(/\0+$/, "").replaceAll("\0", " "),
    tracer: Number(field(status, "TracerPid")),
  };
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
}
