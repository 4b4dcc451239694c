import { rmSync } from "node:fs";
import path from "node:path";
import { runCommand } from "../processes/run-command";
import type { CachedTool } from "./cached-tool";
import { findCommand } from "./find-command";
import { buildGoProgram, type GoProgram } from "./go";

const VERSION = "3.255.0";
/** Later versions of the language host are in no published module; this one works with all later CLIs. */
const LANGUAGE_HOST_VERSION = "3.68.0";

/** File name to what is built into it. */
const PROGRAMS: Record<string, GoProgram> = {
  pulumi: {
    module: "github.com/pulumi/pulumi/pkg/v3",
    version: `v${VERSION}`,
    packagePath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    replace: ["github.com/xanzy/ssh-agent => github.com/pulumi/ssh-agent v0.5.1"],
  },
  "pulumi-language-nodejs": {
    module: "github.com/pulumi/pulumi/sdk/v3",
    version: `v${LANGUAGE_HOST_VERSION}`,
    packagePath: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
};

async function build(into: string): Promise<void> {
  // At once: each mostly waits for downloads at first.
  const builds = Object.entries(PROGRAMS).map(async ([name, program]) => {
    const file = path.join(into, name);
    await buildGoProgram(program, file);
    rmSync(`${file}.module`, { recursive: true });
  });
  await Promise.all(builds);
}

/** The CLI and what runs TypeScript for it, side by side as the official release has them. */
export const pulumiCli: CachedTool = {
  title: `Pulumi CLI ${VERSION}`,
  folder: `pulumi-${VERSION}-node-${LANGUAGE_HOST_VERSION}`,
  hint: "about 4 min",
  build,
};

/** Whether what `pulumi version` says (`v3.255.0`) is at least the version that the project is made for. */
export function isRecentPulumi(said: string): boolean {
  const found = /v?(\d+)\.(\d+)\.(\d+)/.exec(said)?.slice(1).map(Number);
  if (found === undefined) return false;
  const needed = VERSION.split(".").map(Number);
  for (const [at, least] of needed.entries()) {
    const part = found[at] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/** Folder of an installed official CLI that is recent enough; it brings its own language host. */
export async function installedPulumi(): Promise<string | undefined> {
  const command = findCommand("pulumi");
  if (command === undefined || findCommand("pulumi-language-nodejs") === undefined) return undefined;
  const said = await runCommand([command, "version"], {
    environment: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return isRecentPulumi(said.stdout) ? path.dirname(command) : undefined;
}
