import * as pulumi from "@pulumi/pulumi";
import { FaultsError } from "../assembler/settings/fault";
import { bundleAssembler } from "./components/assembler-bundle";
import { AssemblerOnHost } from "./components/assembler-on-host";
import { type FleetReading, readFleet } from "./fleet/read-fleet";
import { rollOutAgents } from "./roll-out-agents";
import type { FleetOutputs } from "./rollout/fleet-outputs";
import { sourceCommits } from "./source-commits";
import { readStackSettings, type StackSettings } from "./stack-settings";
import { userFault } from "./user-fault";

/** The whole program: everything is read and checked before the first resource is registered, so a fault leaves the stack as it was. */
export async function rollOut(): Promise<pulumi.Input<FleetOutputs>> {
  const settings = readStackSettings();
  const { fleet, secretValues } = checkedFleet(settings);
  const { onUnreachable } = settings.options;
  for (const warning of fleet.warnings) await pulumi.log.warn(warning);
  const [{ commits, faults }, bundle] = await Promise.all([
    sourceCommits(fleet.agents),
    fleet.server.host ? bundleAssembler(settings.projectRoot) : undefined,
  ]);
  if (faults.length > 0) throw userFault(faults.map((fault) => `${settings.options.fleet}: ${fault}`).join("\n"));

  const { host, node } = fleet.server;
  if (host && bundle) {
    const args = { host, node, settings: fleet.assembler, bundle, secretValues, onUnreachable };
    new AssemblerOnHost("assembler", args);
  }
  return rollOutAgents({ fleet, commits, secretValues, bundleVersion: bundle?.version, options: settings.options });
}

/** Faults of the file are the user's to mend: one message, no stack trace. */
function checkedFleet({ options, fleetText, sources }: StackSettings): FleetReading {
  try {
    return readFleet(options.fleet, fleetText, sources);
  } catch (error) {
    throw error instanceof FaultsError ? userFault(error.message) : error;
  }
}
