import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { FleetSources } from "./fleet/read-fleet";
import type { StackSecrets } from "./fleet/secret-references";
import { userFault } from "./user-fault";

/** What the stack's configuration says; nothing else reads it. */
export interface StackSettings {
  /** The folder of Pulumi.yaml. */
  readonly projectRoot: string;
  /** The fleet file as the user named it, relative to the project. */
  readonly fleetFile: string;
  readonly fleetText: string;
  /** Everything a fleet file may refer to. */
  readonly sources: FleetSources;
}

/** Reads the stack's configuration and the fleet file it names. Throws a fault of the user if there is no such file. */
export function readStackSettings(): StackSettings {
  // Not pulumi.getRootDirectory(): older language hosts answer with a placeholder.
  const projectRoot = resolve(__dirname, "..");
  const fleetFile = new pulumi.Config().get("fleet") ?? "examples/fleet.toml";
  return {
    projectRoot,
    fleetFile,
    fleetText: readFleetText(projectRoot, fleetFile),
    sources: {
      environment: process.env,
      secrets: stackSecrets(),
      readKey: (path) => readFileSync(path.replace(/^~(?=\/)/, homedir()), "utf8"),
      hasSshAgent: Boolean(process.env.SSH_AUTH_SOCK),
    },
  };
}

function readFleetText(projectRoot: string, fleetFile: string): string {
  try {
    return readFileSync(resolve(projectRoot, fleetFile), "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw userFault(
      `deeptrace:fleet: got ${fleetFile}, but ${reason} (looked in ${projectRoot}); allowed: the path of a fleet file; ` +
        "run: pulumi config set deeptrace:fleet PATH",
    );
  }
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
