import type { OwnedProcesses } from "./owned-processes";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const open = new Set<OwnedProcesses>();

async function closeAllAndEnd(signal: NodeJS.Signals): Promise<void> {
  await Promise.allSettled([...open].map((processes) => processes.close()));
  for (const each of SIGNALS) process.removeListener(each, closeAllAndEnd);
  // Sent again without us in the way, so that the caller sees by which signal this process ended.
  process.kill(process.pid, signal);
}

/** Closes the testbed's processes before this process ends by a signal. Call what it returns once they are closed. */
export function closeWithProcess(processes: OwnedProcesses): () => void {
  if (open.size === 0) for (const signal of SIGNALS) process.on(signal, closeAllAndEnd);
  open.add(processes);
  return () => {
    open.delete(processes);
    if (open.size === 0) for (const signal of SIGNALS) process.removeListener(signal, closeAllAndEnd);
  };
}
