import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { FaultsError } from "../assembler/settings/fault";
import { utf8Text } from "../assembler/settings/utf8-text";
import type { KnownHostsFile } from "./fleet/host-keys";
import type { FleetSources } from "./fleet/read-fleet";
import type { StackSecrets } from "./fleet/secret-references";
import { parseKnownHosts } from "./ssh/known-hosts";
import { readStackOptions, type StackOptions } from "./stack-options";
import { userFault } from "./user-fault";

/** What the stack's configuration says; nothing else reads it. */
export interface StackSettings {
  /** The folder of Pulumi.yaml. */
  readonly projectRoot: string;
  readonly options: StackOptions;
  readonly fleetText: string;
  /** Everything a fleet file may refer to. */
  readonly sources: FleetSources;
}

/** Reads the stack's configuration and the fleet file it names. Throws a fault of the user if either is not as it should be. */
export function readStackSettings(): StackSettings {
  // Not pulumi.getRootDirectory(): older language hosts answer with a placeholder.
  const projectRoot = resolve(__dirname, "..");
  const secrets = stackSecrets();
  const options = checkedOptions(secrets);
  return {
    projectRoot,
    options,
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

function checkedOptions(secrets: StackSecrets): StackOptions {
  const prefix = `${pulumi.getProject()}:`;
  const values = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  try {
    return readStackOptions(`Pulumi.${pulumi.getStack()}.yaml`, Object.fromEntries(values), secrets.isSecret);
  } catch (error) {
    throw error instanceof FaultsError ? userFault(error.message) : error;
  }
}

function readFleetText(projectRoot: string, fleetFile: string): string {
  try {
    return utf8Text(fleetFile, readFileSync(resolve(projectRoot, fleetFile)));
  } catch (error) {
    if (error instanceof FaultsError) throw userFault(error.message);
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw userFault(
      `deeptrace:fleet: got ${fleetFile}, but ${reason} (looked in ${projectRoot}); allowed: the path of a fleet file; ` +
        "run: pulumi config set deeptrace:fleet PATH",
    );
  }
}

function readKnownHosts(projectRoot: string, path: string): KnownHostsFile {
  try {
    return { path, hosts: parseKnownHosts(readFileSync(resolve(projectRoot, withHome(path)), "utf8")) };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw userFault(
      `deeptrace:knownHosts: got ${path}, but ${reason} (looked in ${projectRoot}); allowed: the path of a known_hosts file, ` +
        "as ssh-keyscan makes one",
    );
  }
}

function withHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}

/** Secrets are needed in clear while the program composes configuration files; everything made of them is marked secret again. */
function stackSecrets(): StackSecrets {
  const values = pulumi.runtime.allConfig();
  const secretKeys: unknown = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "null");
  const keyOf = (name: string) => `${pulumi.getProject()}:${name}`;
  return {
    get: (name) => values[keyOf(name)],
    isSecret: (name) => !Array.isArray(secretKeys) || secretKeys.includes(keyOf(name)),
  };
}
