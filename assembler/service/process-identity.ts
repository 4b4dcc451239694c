import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Names one process beyond its host: pids mean something only within one boot and one pid namespace. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** "" where the system does not tell. */
  readonly boot: string;
  readonly pidNamespace: string;
}

export function ownIdentity(): ProcessIdentity {
  return {
    host: hostname(),
    pid: process.pid,
    boot: orNothing(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    pidNamespace: orNothing(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/** Whether a process is certainly gone: it ran where we run, and its pid is free or ours now. */
export function isCertainlyGone(other: ProcessIdentity, own: ProcessIdentity): boolean {
  if (other.host !== own.host || other.boot === "" || other.boot !== own.boot) return false;
  if (other.pidNamespace === "" || other.pidNamespace !== own.pidNamespace) return false;
  if (other.pid === own.pid) return true;
  try {
    process.kill(other.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
