import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { FaultsError } from "../assembler/settings/fault";
import type { StackSecrets } from "./fleet/secret-references";
import { type FleetInputs, readFleetInputs } from "./fleet-sources";
import { readStackOptions, type StackOptions } from "./stack-options";
import { userFault } from "./user-fault";

/** What the stack's configuration says; nothing else reads it. */
export interface StackSettings extends FleetInputs {
  /** The folder of Pulumi.yaml. */
  readonly projectRoot: string;
  readonly options: StackOptions;
}

/** Reads the stack's configuration and the fleet file it names. Throws a fault of the user if either is not as it should be. */
export function readStackSettings(): StackSettings {
  // Not pulumi.getRootDirectory(): older language hosts answer with a placeholder.
  const projectRoot = resolve(__dirname, "..");
  const secrets = stackSecrets();
  try {
    const options = readOptions(secrets);
    return { projectRoot, options, ...readFleetInputs(projectRoot, options, secrets) };
  } catch (error) {
    throw error instanceof FaultsError ? userFault(error.message) : error;
  }
}

function readOptions(secrets: StackSecrets): StackOptions {
  const prefix = `${pulumi.getProject()}:`;
  const values = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  return readStackOptions(`Pulumi.${pulumi.getStack()}.yaml`, Object.fromEntries(values), secrets.isSecret);
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
