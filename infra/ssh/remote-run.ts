import type { Client, ClientChannel } from "ssh2";
import { SshError } from "./ssh-fault";

export interface CommandRun {
  command: string;
  stdin?: string;
  environment?: Record<string, string>;
  /** Absent: no limit. */
  timeLimitMs?: number;
  /** Bytes kept of each stream; more is cut off. Default 8 MiB. */
  outputLimit?: number;
  /** Each whole line as it arrives. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Keeps stdin open and sends a `.` so often, until `until` is aborted; the command can tell by it whether anybody is still there. */
  heartbeat?: { everyMs: number; until: AbortSignal };
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** Both streams in the order of arrival. */
  output: string;
  /** Exit status; null if a signal ended the command. */
  code: number | null;
  /** Name of that signal without SIG, e.g. `TERM`. */
  signal?: string;
  /** False if the command was gone before all of stdin was on its way. */
  stdinSent: boolean;
}

/** Runs one command over an open connection. Rejects with an SshError if it was not started, or its end was not seen. */
export function runCommand(client: Client, run: CommandRun): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let begun = false;
    const whenGone = () => {
      clearTimeout(timer);
      const reason = `the connection was lost before the command ${begun ? "ended" : "began"}`;
      reject(new SshError({ kind: begun ? "lost" : "not-started", reason }));
    };
    client.once("close", whenGone);
    const notStarted = ({ message }: Error) => {
      client.removeListener("close", whenGone);
      reject(new SshError({ kind: "not-started", reason: `the host starts no command (${message})` }));
    };
    const started = (channel: ClientChannel) => {
      begun = true;
      if (run.timeLimitMs !== undefined) {
        const seconds = Math.round(run.timeLimitMs / 1000);
        timer = setTimeout(() => {
          client.removeListener("close", whenGone);
          channel.close();
          reject(new SshError({ kind: "too-slow", seconds }));
        }, run.timeLimitMs);
      }
      const limit = run.outputLimit ?? 8 * 1024 * 1024;
      const all = new Output(limit);
      const stdout = new Output(limit, all, run.onLine && ((line) => run.onLine?.(line, "stdout")));
      const stderr = new Output(limit, all, run.onLine && ((line) => run.onLine?.(line, "stderr")));
      channel.on("data", (data: Buffer) => stdout.add(data));
      channel.stderr.on("data", (data: Buffer) => stderr.add(data));
      let ended: { code: number | null; signal?: string } | undefined;
      channel.on("exit", (code: number | null, signal?: string) => {
        ended = { code, ...(signal && { signal: signal.replace(/^(SIG)+/, "") }) };
      });
      channel.on("close", () => {
        clearTimeout(timer);
        client.removeListener("close", whenGone);
        if (ended === undefined) return whenGone();
        const stdinSent = channel.writableFinished;
        resolve({ stdout: stdout.end(), stderr: stderr.end(), output: all.end(), ...ended, stdinSent });
      });
      // A command that never reads its input closes it early; its exit status is what counts.
      channel.on("error", () => {});
      if (run.heartbeat === undefined) return channel.end(run.stdin ?? "");
      channel.write(run.stdin ?? "");
      beat(channel, run.heartbeat);
    };
    try {
      client.exec(run.command, run.environment ? { env: run.environment } : {}, (error, channel) =>
        error ? notStarted(error) : started(channel),
      );
    } catch (error) {
      // The connection is closed already.
      notStarted(error as Error);
    }
  });
}

function beat(channel: ClientChannel, { everyMs, until }: { everyMs: number; until: AbortSignal }): void {
  const timer = setInterval(() => channel.write("."), everyMs);
  const end = () => {
    clearInterval(timer);
    channel.end();
  };
  channel.once("close", () => {
    clearInterval(timer);
    until.removeEventListener("abort", end);
  });
  until.addEventListener("abort", end, { once: true });
  if (until.aborted) end();
}

class Output {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #partLine = "";

  constructor(
    readonly limit: number,
    readonly copy?: Output,
    readonly onLine?: (line: string) => void,
  ) {}

  add(data: Buffer): void {
    this.copy?.add(data);
    if (this.#size < this.limit) this.#chunks.push(data.subarray(0, this.limit - this.#size));
    this.#size += data.length;
    if (this.onLine === undefined) return;
    const lines = (this.#partLine + data.toString()).split("\n");
    this.#partLine = lines.pop() ?? "";
    for (const line of lines) this.onLine(line);
  }

  end(): string {
    if (this.#partLine !== "") this.onLine?.(this.#partLine);
    return Buffer.concat(this.#chunks).toString();
  }
}
