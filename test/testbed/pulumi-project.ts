import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { PulumiProject } from "./parts";
import type { OwnedProcesses } from "./processes/owned-processes";
import { mustRun, runCommand } from "./processes/run-command";
import { haveTool } from "./tools/cached-tool";
import { commandProviderIn, officialCommandProvider } from "./tools/command-provider";
import { installedPulumi, pulumiCli } from "./tools/pulumi-cli";

const PROJECT = path.resolve(__dirname, "..", "..");
const STACK = "testbed";

/** What a command of the CLI is called, before its flags: `stack output`. */
const WITH_STACK_FILE = new Set(["up", "update", "preview", "refresh", "destroy", "import", "config", "watch"]);

/** Names the stack's file to those commands of the CLI that read it; the rest refuse the flag. */
export function withStackFile(args: string[], stackFile: string): string[] {
  const [command = ""] = args;
  return WITH_STACK_FILE.has(command) ? [...args, "--config-file", stackFile] : args;
}

/** What the CLI says is wrong: its last section of diagnostics, as `up` prints its preview first; else its last lines. */
export function diagnosticsOf(output: string): string {
  const section = output
    .split(/^Diagnostics:\n/m)
    .slice(1)
    .at(-1);
  if (section === undefined) return output.trim().split("\n").slice(-15).join("\n");
  return (section.split(/^(?:Outputs|Resources):/m)[0] ?? "").trimEnd();
}

/** Folders for the PATH: the command provider's, and that of the CLI with its language host. */
async function toolFolders(): Promise<string[]> {
  const cli = (await installedPulumi()) ?? (await haveTool(pulumiCli));
  const provider = commandProviderIn(await haveTool(officialCommandProvider(path.join(cli, "pulumi"))));
  return [provider.folder, cli];
}

/** Makes an empty stack of this project, with everything that belongs to it in `directory`. */
export async function createPulumiProject(processes: OwnedProcesses, directory: string): Promise<PulumiProject> {
  const folders = await toolFolders();
  // The CLI writes a new stack's file beside Pulumi.yaml, so the stack is made from a copy outside the checkout.
  const outside = path.join(directory, "pulumi");
  for (const folder of ["home", "state"]) mkdirSync(path.join(outside, folder), { recursive: true });
  copyFileSync(path.join(PROJECT, "Pulumi.yaml"), path.join(outside, "Pulumi.yaml"));
  const passphrase = path.join(outside, "passphrase");
  writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });

  const environment: Record<string, string> = {
    ...processes.mark,
    PATH: [...folders, path.dirname(process.execPath), process.env.PATH ?? ""].join(path.delimiter),
    HOME: path.join(outside, "home"),
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    PULUMI_HOME: path.join(outside, "home"),
    PULUMI_BACKEND_URL: `file://${path.join(outside, "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    PULUMI_STACK: STACK,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  const stackFile = path.join(outside, `Pulumi.${STACK}.yaml`);
  const general = ["pulumi", "--non-interactive", "--color", "never"];
  await mustRun([...general, "stack", "init", STACK, "--no-select"], { directory: outside, environment });

  return {
    environment,
    stackFile,
    async run(args, options = {}) {
      const result = await runCommand([...general, ...withStackFile(args, stackFile)], {
        directory: PROJECT,
        environment: { ...environment, ...options.environment },
        ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      });
      if (result.code === 0 || options.allowFailure) return result;
      const said = diagnosticsOf(`${result.stdout}\n${result.stderr}`);
      throw new Error(`pulumi ${args.join(" ")} ended with status ${result.code}:\n${said}`);
    },
  };
}
