import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun } from "../processes/run-command";
import { findCommand } from "../tools/find-command";
import { type KeyPair, makeKeyPair } from "./ssh-keys";

/** Folders of an overlay over the shared root file system: a host's disk is what it changed. */
export interface Disk {
  /** The shared root file system. */
  lower: string;
  upper: string;
  work: string;
  /** Where the host's processes see it mounted; empty for everyone else. */
  root: string;
}

/** `root:$6$…:19000:…` in place of the locked entry. */
export function withRootPassword(shadow: string, hash: string): string {
  return shadow.replace(/^root:[^:]*:/m, () => `root:${hash}:`);
}

async function hashOf(password: string, lower: string): Promise<string> {
  // The hosts' own openssl: this machine need not have one.
  const hashed = await mustRun([findCommand("chroot") ?? "chroot", lower, "openssl", "passwd", "-6", "-stdin"], {
    stdin: `${password}\n`,
  });
  return hashed.stdout.trim();
}

/** Makes a new host's disk: its name, its SSH host key and its root password. */
export async function makeDisk(
  directory: string,
  lower: string,
  host: { name: string; password: string },
): Promise<{ disk: Disk; hostKey: KeyPair }> {
  const disk = {
    lower,
    upper: path.join(directory, "upper"),
    work: path.join(directory, "work"),
    root: path.join(directory, "root"),
  };
  for (const folder of [path.join(disk.upper, "etc/ssh"), disk.work, disk.root]) mkdirSync(folder, { recursive: true });
  const [hostKey, hash] = await Promise.all([
    makeKeyPair(path.join(disk.upper, "etc/ssh/ssh_host_ed25519_key")),
    hashOf(host.password, lower),
  ]);
  const shadow = withRootPassword(readFileSync(path.join(lower, "etc/shadow"), "utf8"), hash);
  writeFileSync(path.join(disk.upper, "etc/shadow"), shadow, { mode: 0o640 });
  writeFileSync(path.join(disk.upper, "etc/hostname"), `${host.name}\n`);
  // Without an id of its own a machine boots as if just installed, which takes longer.
  writeFileSync(path.join(disk.upper, "etc/machine-id"), `${randomBytes(16).toString("hex")}\n`);
  writeFileSync(path.join(disk.upper, "etc/hosts"), `127.0.0.1 localhost ${host.name}\n`);
  return { disk, hostKey };
}
