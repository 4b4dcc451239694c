import { type ChildProcess, spawn } from "node:child_process";
import { PolledPipe } from "./polled-pipe";
import { tracedCalls } from "./socket-call";

/** Bytes of each buffer that strace shows. */
const shownBytes = 4096;
/**
 * Pause between two looks at what strace wrote: at once after much, longer the longer nothing came. A pipe holds 64 KiB,
 * some 150 calls; while it is full, the service waits.
 */
const shortestPauseMs = 10;
const longestPauseMs = 40;
const muchBytes = 1 << 14;
/** Time that strace gets to let go of its processes before it is killed, which lets go of them too. */
const detachMs = 3_000;

export interface StraceEvents {
  line(line: string): void;
  /** strace ended: every line has been given. */
  ended(): void;
}

export interface StraceOptions {
  /** Process to trace, with its threads and the children it makes from now on. */
  pid: number;
  /** Directory for the pipe's name, for a moment. */
  directory: string;
  /** Whether this machine has `setpriv`. */
  hasSetpriv: boolean;
}

/**
 * One strace on one process. It dies with the agent by the parent-death signal, and where `setpriv` is missing by its
 * first write to the closed pipe; the process runs on either way.
 */
export class StraceSession {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #pipe: PolledPipe;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #pauseMs = shortestPauseMs;
  #rest = "";

  constructor(
    options: StraceOptions,
    private readonly events: StraceEvents,
  ) {
    const strace = ["strace", ...straceOptions(), "-p", String(options.pid)];
    const [command = "", ...args] = options.hasSetpriv ? ["setpriv", "--pdeathsig", "KILL", "--", ...strace] : strace;
    this.#pipe = new PolledPipe(options.directory, `strace-${options.pid}`);
    this.#child = spawn(command, args, {
      stdio: ["ignore", "ignore", this.#pipe.writeEnd],
      env: { ...process.env, LC_ALL: "C" },
    });
    this.#pipe.handOver();
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        events.line(`strace: ${error.message}`);
        resolve();
      });
      this.#child.once("exit", () => resolve());
    });
    void this.#ended.then(() => this.#finish());
    this.#poll();
  }

  /** The tracer's pid, as the traced threads name it; undefined if it could not be started. */
  get tracerPid(): number | undefined {
    return this.#child.pid;
  }

  /** Lets go of the process and waits until strace is gone. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), detachMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #poll(): void {
    const bytes = this.#drain();
    if (bytes > muchBytes) {
      this.#timer = setImmediate(() => this.#poll());
      return;
    }
    this.#pauseMs = bytes > 0 ? shortestPauseMs : Math.min(longestPauseMs, this.#pauseMs * 2);
    this.#timer = setTimeout(() => this.#poll(), this.#pauseMs);
  }

  #finish(): void {
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    while (this.#drain() > 0) {}
    this.#pipe.close();
    this.events.ended();
  }

  /** Gives the lines that are there, up to a bound. Returns the bytes that it read. */
  #drain(): number {
    return this.#pipe.drain((text) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.events.line(line);
    });
  }
}

function straceOptions(): string[] {
  return [
    "-f",
    "-q",
    "-yy",
    "--absolute-timestamps=format:unix,precision:ns",
    "--syscall-times=ns",
    "-s",
    String(shownBytes),
    "-e",
    "signal=none",
    "-e",
    // A question mark lets strace pass over calls that this architecture lacks.
    `trace=${tracedCalls.map((call) => `?${call}`).join(",")}`,
  ];
}
