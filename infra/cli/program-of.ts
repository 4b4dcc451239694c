import type { AgentSpec } from "../fleet/fleet";
import { agentLayout } from "../host-scripts/host-layout";
import { agentProgram, type ManagedProgram } from "../host-scripts/managed-program";

/** An agent as a program on its host. */
export function programOf({ name, host: { serviceManager }, config }: AgentSpec): ManagedProgram {
  return agentProgram(name, agentLayout(name, serviceManager), serviceManager, config.api);
}
