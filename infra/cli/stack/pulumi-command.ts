import { execFile } from "node:child_process";
import { CliFault } from "../cli-fault";

/** Which stack a command is about, in the words of Pulumi's own options. */
export interface StackChoice {
  /** A folder in the project. */
  readonly cwd: string;
  /** Absent: the selected one. */
  readonly stack?: string | undefined;
  /** Absent: `Pulumi.<stack>.yaml` beside Pulumi.yaml. */
  readonly configFile?: string | undefined;
}

export interface PulumiResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** States of large fleets have some ten thousand bytes per agent. */
const mostOutput = 512 * 1024 * 1024;

/**
 * Runs the Pulumi CLI with the user's own environment: backend, passphrase and selected stack are as with `pulumi` itself. Throws
 * {@link CliFault} if there is no CLI; how it ended is for the caller to judge.
 */
export function runPulumi(choice: StackChoice, args: readonly string[], cancelled: AbortSignal): Promise<PulumiResult> {
  const stack = choice.stack === undefined ? [] : ["--stack", choice.stack];
  const options = { cwd: choice.cwd, maxBuffer: mostOutput, signal: cancelled };
  return new Promise((resolve, reject) => {
    execFile(
      "pulumi",
      ["--non-interactive", "--color", "never", ...args, ...stack],
      options,
      (error, stdout, stderr) => {
        if (error === null) return resolve({ code: 0, stdout, stderr });
        if (typeof error.code === "number") return resolve({ code: error.code, stdout, stderr });
        if (cancelled.aborted) return reject(new CliFault("interrupted"));
        if (error.code !== "ENOENT") return reject(new CliFault(`pulumi ${args[0]} cannot be run: ${error.message}`));
        reject(
          new CliFault(
            `the fleet is found through Pulumi, and there is no pulumi on the PATH, or no folder ${choice.cwd}: install the Pulumi CLI ` +
              "(https://www.pulumi.com/docs/install/), run this in the project's folder or name that with --cwd",
          ),
        );
      },
    );
  });
}

/** Runs a command of the CLI that must succeed and returns what it printed. Throws {@link CliFault} with the CLI's own reason. */
export async function askPulumi(choice: StackChoice, args: readonly string[], cancelled: AbortSignal): Promise<string> {
  const result = await runPulumi(choice, args, cancelled);
  if (result.code === 0) return result.stdout;
  throw new CliFault(`pulumi ${args.slice(0, 2).join(" ")}: ${reasonOf(result)}`);
}

/** The CLI's own words for a failure, with our way to do what they ask for. */
export function reasonOf({ code, stdout, stderr }: PulumiResult): string {
  const said = stderr.trim() || stdout.trim() || `ended with status ${code}`;
  const reason = said.replace(/^error: /m, "");
  if (/no stack selected/.test(reason)) {
    return "no stack is selected: name one with --stack, or select one by pulumi stack select";
  }
  if (/no Pulumi.yaml project file found/.test(reason)) {
    return "there is no Pulumi.yaml here or above: run this in the project's folder, or name that with --cwd";
  }
  if (/passphrase must be set|incorrect passphrase/.test(reason)) {
    return `${reason}: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE as for pulumi up`;
  }
  return reason;
}
