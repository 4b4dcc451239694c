import { exitStatus } from "./exit-status";

/** Aborts at SIGTERM or SIGINT; a second one ends the process at once. */
export function stopSignals(told: (signal: string) => void): AbortController {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(exitStatus.failed);
      told(signal);
      stop.abort();
    });
  }
  return stop;
}
