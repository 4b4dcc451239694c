import { createHash } from "node:crypto";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun } from "../processes/run-command";
import { debianRelease, packageMirror, packageProxy } from "./apt-sources";
import type { CachedTool } from "./cached-tool";
import { type Requirement, requireCommand } from "./missing-part";

export const DEBOOTSTRAP: Requirement = {
  command: "debootstrap",
  packageName: "debootstrap",
  purpose: "the file system of the hosts",
};

/** What a small Debian server has, and what the agent's and the services' install scripts ask for. */
const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "openssh-server",
  "openssh-sftp-server",
  "sudo",
  "git",
  "ca-certificates",
  "strace",
  "python3",
  "procps",
  "iproute2",
  "curl",
];

/** Nothing on a host should start by itself and disturb a measurement. */
const MASKED = ["console-getty.service", "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer"];

const SSHD_SETTINGS = `PermitRootLogin yes
PasswordAuthentication yes
HostKey /etc/ssh/ssh_host_ed25519_key
MaxStartups 500
MaxSessions 100
UseDNS no
`;

/** What must be each host's own, or must not be there at its first boot. */
const PER_HOST_FILES = [
  "etc/hostname",
  "etc/machine-id",
  "etc/ssh/ssh_host_rsa_key",
  "etc/ssh/ssh_host_rsa_key.pub",
  "etc/ssh/ssh_host_ecdsa_key",
  "etc/ssh/ssh_host_ecdsa_key.pub",
  "etc/ssh/ssh_host_ed25519_key",
  "etc/ssh/ssh_host_ed25519_key.pub",
  "var/cache/apt/archives",
];

function digestOfRecipe(): string {
  const recipe = JSON.stringify([PACKAGES, MASKED, SSHD_SETTINGS, PER_HOST_FILES]);
  return createHash("sha256").update(recipe).digest("hex").slice(0, 8);
}

async function build(into: string): Promise<void> {
  const debootstrap = requireCommand(DEBOOTSTRAP);
  const release = debianRelease();
  const mirror = await packageMirror(release);
  // In a mount namespace of its own, so that what it mounts is gone with it even if it is killed.
  const apart = ["unshare", "--mount", "--propagation", "private", "--"];
  const options = ["--variant=minbase", `--include=${PACKAGES.join(",")}`];
  await mustRun([...apart, debootstrap, ...options, release, into, mirror], {
    environment: { ...process.env, ...(await packageProxy()) },
  });
  for (const file of PER_HOST_FILES) rmSync(path.join(into, file), { recursive: true, force: true });
  for (const unit of MASKED) symlinkSync("/dev/null", path.join(into, "etc/systemd/system", unit));
  writeFileSync(path.join(into, "etc/ssh/sshd_config.d/testbed.conf"), SSHD_SETTINGS);
}

/** Root file system that all systemd hosts share read-only, of the Debian release that this machine runs. */
export function hostRoot(): CachedTool {
  const release = debianRelease();
  return {
    title: `root file system of hosts (${release})`,
    folder: `host-root-${release}-${digestOfRecipe()}`,
    hint: "about 1 min",
    build,
  };
}
