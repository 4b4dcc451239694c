import type { ProgramSpec } from "../ledger/ledger-contract";
import { agentLayout, assemblerLayout } from "./host-layout";
import { agentProgram, assemblerProgram, type ManagedProgram } from "./managed-program";

/** The program that a ledger's record names. `name` is the agent's. */
export function programOf(name: string, { kind, serviceManager, listens, node }: ProgramSpec): ManagedProgram {
  return kind === "agent"
    ? agentProgram(name, agentLayout(name, serviceManager), serviceManager, listens)
    : assemblerProgram(assemblerLayout(serviceManager), serviceManager, listens, node ?? "node");
}
