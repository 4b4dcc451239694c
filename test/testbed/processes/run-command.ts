import { spawn } from "node:child_process";
import type { CommandResult } from "../parts";

export interface CommandOptions {
  /** The whole environment; this process' own if absent. */
  environment?: Record<string, string | undefined>;
  directory?: string;
  stdin?: string;
  /** Milliseconds after which it gets SIGKILL; none if absent. */
  timeoutMs?: number;
}

/** Signal numbers that matter for an exit status, as shells count them. */
const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs a command to its end. Rejects only if it cannot be started; a failure is told by `code`. */
export function runCommand(argv: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [command = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.environment ?? process.env,
      cwd: options.directory,
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
        code: code ?? 128 + (signal ? (SIGNAL_NUMBERS[signal] ?? 0) : 0),
      }),
    );
    // A command that ends without reading its input is its own business; the exit status tells.
    child.stdin.on("error", () => {});
    child.stdin.end(options.stdin ?? "");
  });
}

/** Runs a command that must succeed; the error quotes the command and the end of what it said. */
export async function mustRun(argv: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await runCommand(argv, options);
  if (result.code !== 0) {
    const said = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-15).join("\n");
    throw new Error(`${argv.join(" ")} ended with status ${result.code}:\n${said}`);
  }
  return result;
}
