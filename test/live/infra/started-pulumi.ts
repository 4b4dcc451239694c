import { spawn } from "node:child_process";
import { join } from "node:path";
import { descendantsOf, processTable } from "../../testbed/processes/process-table";
import { withStackFile } from "../../testbed/pulumi-project";
import type { PulumiProject } from "../../testbed/testbed";

/** A command of the CLI that is under way. */
export interface StartedPulumi {
  /** Resolves with what it printed once it has ended; for `hopeless` in a wait. */
  readonly over: Promise<string>;
  /** Ends the CLI and everything below it with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `pulumi ARGS` on the project's stack without waiting for its end. */
export function startPulumi(pulumi: PulumiProject, args: string[]): StartedPulumi {
  const child = spawn("pulumi", ["--non-interactive", "--color", "never", ...withStackFile(args, pulumi.stackFile)], {
    cwd: join(__dirname, "../../.."),
    env: pulumi.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const over = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(`pulumi ${args[0]} ended:\n${printed}`));
  });
  return {
    over,
    async kill() {
      const { pid = 0 } = child;
      for (const each of [pid, ...descendantsOf(pid, processTable())]) endIfThere(each);
      await over;
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
