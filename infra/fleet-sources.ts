import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { FaultsError } from "../assembler/settings/fault";
import { utf8Text } from "../assembler/settings/utf8-text";
import type { KnownHostsFile } from "./fleet/host-keys";
import type { FleetSources } from "./fleet/read-fleet";
import type { StackSecrets } from "./fleet/secret-references";
import { parseKnownHosts } from "./ssh/known-hosts";
import type { StackOptions } from "./stack-options";

/** A fleet file's text and everything outside it that its meaning depends on. */
export interface FleetInputs {
  readonly fleetText: string;
  readonly sources: FleetSources;
}

/** Reads the files that a stack's options name, relative to its project. Throws {@link FaultsError} if one of them cannot be read. */
export function readFleetInputs(projectRoot: string, options: StackOptions, secrets: StackSecrets): FleetInputs {
  return {
    fleetText: readFleetText(projectRoot, options.fleet),
    sources: {
      environment: { ...process.env, ...options.variables },
      secrets,
      readKey: (path) => readFileSync(withHome(path), "utf8"),
      hasSshAgent: Boolean(process.env.SSH_AUTH_SOCK),
      hostKeys: options.hostKeys,
      knownHosts: options.knownHosts === undefined ? undefined : readKnownHosts(projectRoot, options.knownHosts),
    },
  };
}

function readFleetText(projectRoot: string, fleetFile: string): string {
  try {
    return utf8Text(fleetFile, readFileSync(resolve(projectRoot, fleetFile)));
  } catch (error) {
    if (error instanceof FaultsError) throw error;
    throw new FaultsError([
      {
        file: "deeptrace:fleet",
        field: "",
        got: unreadable(fleetFile, error, projectRoot),
        allowed: "the path of a fleet file",
        fix: "run: pulumi config set deeptrace:fleet PATH",
      },
    ]);
  }
}

function readKnownHosts(projectRoot: string, path: string): KnownHostsFile {
  try {
    return { path, hosts: parseKnownHosts(readFileSync(resolve(projectRoot, withHome(path)), "utf8")) };
  } catch (error) {
    throw new FaultsError([
      {
        file: "deeptrace:knownHosts",
        field: "",
        got: unreadable(path, error, projectRoot),
        allowed: "the path of a known_hosts file, as ssh-keyscan makes one",
      },
    ]);
  }
}

function unreadable(path: string, error: unknown, projectRoot: string): string {
  const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
  return `${path}, but ${reason} (looked in ${projectRoot})`;
}

function withHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}
