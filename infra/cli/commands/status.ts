import { agentSteps } from "../../host-scripts/agent-steps";
import { probeScript } from "../../host-scripts/probe-script";
import { statusScript } from "../../host-scripts/status-script";
import { loginSecrets } from "../../ledger/ledger-login";
import { observe } from "../../ledger/probe-facts";
import { sourceCommits } from "../../source-commits";
import { keyValueLines } from "../key-value-lines";
import { readStatus } from "../read-status";
import type { AgentWork } from "../run-on-agents";
import type { FleetAgent } from "../stack/open-fleet";

const timeLimitSeconds = 60;

/** What each agent is, against what the fleet file wants of it now: nothing is changed on the hosts. */
export async function statusOf(agents: readonly FleetAgent[], secretValues: ReadonlySet<string>): Promise<AgentWork> {
  const { commits, faults } = await sourceCommits(agents);
  return async (agent, host, say) => {
    const commit = commits.get(agent.name);
    if (commit === undefined) {
      throw new Error(faults.find((fault) => fault.includes(`"${agent.name}"`)) ?? faults.join("; "));
    }
    const { program, spec, desired, configText, settings } = agentSteps(agent, commit, secretValues);
    const probe = probeScript({ program, ...spec });
    say("looking");
    const probed = await host.run({ label: "deeptrace-probe", text: probe, timeLimitSeconds });
    const told = await host.run({ label: "deeptrace-status", text: statusScript(program), timeLimitSeconds });
    const observed = observe(probed, { desired, configText, settings }, loginSecrets(agent.host.target));
    return readStatus(agent.name, { desired, observed, facts: keyValueLines(told.stdout) });
  };
}
