import { agentLayout } from "../../infra/host-scripts/host-layout";
import type { DemoAgent, Deployment } from "./deploy";
import { step } from "./step";

/** Runs `pulumi destroy` and makes sure that no agent is left on any host. */
export async function destroyEverything({ agents, pulumi }: Deployment): Promise<void> {
  await step("pulumi destroy", () => pulumi.run(["destroy", "--yes"]));
  for (const agent of agents) {
    const left = await remains(agent);
    if (left !== "") throw new Error(`pulumi destroy left on host ${agent.host.name}:\n${left}`);
  }
  console.log(`No agent process and no file of ours is left on ${agents.map(({ host }) => host.name).join(", ")}.`);
}

/** What of an agent is still on its host: processes and files, one per line; empty when nothing is. */
async function remains({ name, host }: DemoAgent): Promise<string> {
  const { baseDirectory, configFile, stateDirectory } = agentLayout(name, host.serviceManager);
  const { stdout } = await host.exec(
    // The brackets keep the search from finding itself.
    `ps -eo pid=,args= | grep -E '[r]un_agent.sh|[a]gent.js|[s]trace -f' || true
     for path in ${baseDirectory} ${configFile} ${stateDirectory}; do [ ! -e "$path" ] || echo "$path"; done`,
  );
  return stdout.trim();
}
