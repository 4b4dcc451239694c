import { existsSync, rmSync, writeFileSync } from "node:fs";
import { MARK } from "../processes/keeper-protocol";
import { mustRun } from "../processes/run-command";
import { findCommand } from "./find-command";
import { aptRemedy, type Requirement } from "./missing-part";
import type { Progress } from "./progress";

/** Debian's packages ask this script whether they may start their services; 101 says no. */
const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/** What is missing and the one command that installs it, a line per part. */
export function missingMessage(missing: Requirement[]): string {
  const lines = missing.map(({ command, purpose }) => `  ${command}: ${purpose}`);
  const packages = [...new Set(missing.map((each) => each.packageName))];
  return `These commands are missing:\n${lines.join("\n")}\nInstall them: ${aptRemedy(packages)}`;
}

/** nginx and sshd are started by the testbed on ports of their own, never as services of this machine. */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const ours = !existsSync(SERVICE_POLICY);
  if (ours) writeFileSync(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) rmSync(SERVICE_POLICY, { force: true });
  }
}

async function aptInstall(packages: string[]): Promise<void> {
  // Without the mark: to kill apt half-way would leave the machine's packages in disorder.
  const environment = { ...process.env, [MARK]: undefined, DEBIAN_FRONTEND: "noninteractive" };
  await mustRun(["apt-get", "update", "-q"], { environment });
  await withoutStartingServices(async () => {
    await mustRun(["apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages], { environment });
  });
}

/** Installs the packages of missing commands if this is root on a Debian; otherwise says what is missing. */
export async function installPackages(required: Requirement[], progress: Progress): Promise<void> {
  const missing = required.filter(({ command }) => findCommand(command) === undefined);
  if (missing.length === 0) return progress.done("Debian packages", undefined);
  if (process.getuid?.() !== 0 || findCommand("apt-get") === undefined) throw new Error(missingMessage(missing));
  const packages = [...new Set(missing.map((each) => each.packageName))];
  const started = performance.now();
  progress.begins(`Debian packages ${packages.join(" ")}`, "about 1 min");
  await aptInstall(packages);
  progress.done("Debian packages", performance.now() - started);
}
