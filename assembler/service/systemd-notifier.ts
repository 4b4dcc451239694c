import { execFile } from "node:child_process";
import type { Pulse } from "./pulse";

/** A notification takes milliseconds; one that hangs is given up. */
const timeoutMs = 5_000;

/**
 * Tells systemd how it stands (`Type=notify`, `WatchdogSec=`); does nothing where no systemd listens. The socket is one
 * of datagrams, which Node cannot open, so each message is a run of `systemd-notify`; the unit needs `NotifyAccess=all`.
 */
export class SystemdNotifier {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #failed: (reason: string) => void;
  #watchdog: NodeJS.Timeout | undefined;
  /** One after another, so that a later state is never overtaken by an earlier one. */
  #last: Promise<void> = Promise.resolve();

  constructor(failed: (reason: string) => void, environment: NodeJS.ProcessEnv = process.env) {
    this.#environment = environment;
    this.#failed = failed;
  }

  /** It is started: whoever waits for the unit need not wait any longer. Pings go on as long as the pulse does. */
  ready(status: string, pulse: Pulse): void {
    this.#send("--ready", `--status=${status}`);
    const everyMs = watchdogPauseMs(this.#environment);
    if (everyMs === undefined || this.#watchdog !== undefined) return;
    this.#watchdog = setInterval(() => {
      if (pulse.isAlive) this.#send("WATCHDOG=1");
    }, everyMs);
    this.#watchdog.unref();
  }

  status(text: string): void {
    this.#send(`--status=${text}`);
  }

  stopping(): void {
    this.#send("STOPPING=1", "--status=stopping");
  }

  /** Waits until everything is said. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#last;
  }

  #send(...message: string[]): void {
    if (this.#environment.NOTIFY_SOCKET === undefined) return;
    this.#last = this.#last.then(() => this.#notify(message));
  }

  #notify(message: string[]): Promise<void> {
    return new Promise((resolve) => {
      const options = { env: this.#environment, timeout: timeoutMs };
      execFile("systemd-notify", message, options, (error) => {
        if (error !== null) this.#failed(error.message);
        resolve();
      });
    });
  }
}

/** A third of what the unit allows, so that one lost ping does no harm; undefined when there is no watchdog for us. */
export function watchdogPauseMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | undefined {
  const allowedMs = Number(WATCHDOG_USEC ?? 0) / 1000;
  const isOurs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return allowedMs > 0 && isOurs ? Math.max(100, allowedMs / 3) : undefined;
}
