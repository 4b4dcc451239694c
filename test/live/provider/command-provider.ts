/**
 * The command provider under test: what the fleet program relies on is held, case by case, against the one in the folder
 * COMMAND_PROVIDER (default: the testbed's stand-in), so that any other can be held to the same.
 */
import { join, resolve } from "node:path";
import type { Properties } from "../../../infra/provider-server/property-value";
import { type Engine, startEngine } from "./engine";
import type { OwnSshd } from "./own-sshd";

const standIn = resolve(__dirname, "../../testbed/command-provider");

export function startCommandProvider(type: string, environment: NodeJS.ProcessEnv = {}): Promise<Engine> {
  const folder = process.env.COMMAND_PROVIDER ?? standIn;
  return startEngine(join(folder, "pulumi-resource-command"), type, environment);
}

/** The `connection` by which a command reaches the test's server. */
export function connectionTo(sshd: OwnSshd, more: Properties = {}): Properties {
  return {
    host: "127.0.0.1",
    port: sshd.port,
    user: sshd.user,
    privateKey: sshd.privateKey,
    dialErrorLimit: 1,
    perDialTimeout: 10,
    ...more,
  };
}
