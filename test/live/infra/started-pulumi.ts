import { spawn } from "node:child_process";
import { join } from "node:path";
import { descendantsOf, processTable } from "../../testbed/processes/process-table";
import { withStackFile } from "../../testbed/pulumi-project";
import type { CommandResult, PulumiProject } from "../../testbed/testbed";

/** A command of the CLI that is under way. */
export interface StartedPulumi {
  readonly done: Promise<CommandResult>;
  /** Resolves when it has ended, with a sentence that says how; for `hopeless` in a wait. */
  readonly over: Promise<string>;
  /** Ends the CLI and everything below it with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `pulumi ARGS` on the project's stack without waiting for its end. Agents do not wait for one another's failures. */
export function startPulumi(pulumi: PulumiProject, args: string[]): StartedPulumi {
  const child = spawn("pulumi", ["--non-interactive", "--color", "never", ...withStackFile(args, pulumi.stackFile)], {
    cwd: join(__dirname, "../../.."),
    env: { ...pulumi.environment, PULUMI_CONTINUE_ON_ERROR: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const done = new Promise<CommandResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 137, stdout, stderr }));
  });
  return {
    done,
    over: done.then(({ code }) => `pulumi ${args[0]} ended with status ${code}:\n${stdout}${stderr}`),
    async kill() {
      const { pid = 0 } = child;
      for (const each of [pid, ...descendantsOf(pid, processTable())]) endIfThere(each);
      await done;
    },
  };
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
