import * as pulumi from "@pulumi/pulumi";
import { FaultsError } from "../assembler/settings/fault";
import { AgentOnHost } from "./components/agent-on-host";
import { bundleAssembler } from "./components/assembler-bundle";
import { AssemblerOnHost } from "./components/assembler-on-host";
import { type FleetReading, readFleet } from "./fleet/read-fleet";
import { sourceCommits } from "./source-commits";
import { readStackSettings, type StackSettings } from "./stack-settings";
import { userFault } from "./user-fault";

/** The stack's outputs. */
export interface FleetOutputs {
  readonly agents: readonly { name: string; host: string; commit: string; serviceManager: string }[];
  readonly server: { host: string; assembler: string };
  readonly elasticsearch: string;
}

/** The whole program: everything is read and checked before the first resource is registered, so a fault leaves the stack as it was. */
export async function rollOut(): Promise<FleetOutputs> {
  const settings = readStackSettings();
  const { fleet, secretValues } = checkedFleet(settings);
  const { onUnreachable } = settings.options;
  for (const warning of fleet.warnings) await pulumi.log.warn(warning);
  const [{ commits, faults }, bundle] = await Promise.all([
    sourceCommits(fleet.agents),
    fleet.server.host ? bundleAssembler(settings.projectRoot) : undefined,
  ]);
  if (faults.length > 0) throw userFault(faults.map((fault) => `${settings.options.fleet}: ${fault}`).join("\n"));

  const agents = fleet.agents.map((agent) => {
    const commit = commits.get(agent.name) ?? "";
    new AgentOnHost({ agent, commit, secretValues, onUnreachable });
    return { name: agent.name, host: agent.host.target.host, commit, serviceManager: agent.host.serviceManager };
  });
  const { address, host, node } = fleet.server;
  if (host && bundle) {
    const args = { host, node, settings: fleet.assembler, bundle, secretValues, onUnreachable };
    new AssemblerOnHost("assembler", args);
  }
  return {
    agents,
    server: {
      host: address,
      assembler: host ? `${host.serviceManager}, version ${bundle?.version.slice(0, 12)}` : "not rolled out",
    },
    elasticsearch: fleet.elastic.url,
  };
}

/** Faults of the file are the user's to mend: one message, no stack trace. */
function checkedFleet({ options, fleetText, sources }: StackSettings): FleetReading {
  try {
    return readFleet(options.fleet, fleetText, sources);
  } catch (error) {
    throw error instanceof FaultsError ? userFault(error.message) : error;
  }
}
