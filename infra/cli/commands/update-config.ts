import { agentSteps } from "../../host-scripts/agent-steps";
import { statusScript } from "../../host-scripts/status-script";
import { stepsScript } from "../../host-scripts/steps-script";
import type { EnteredHost } from "../host-access";
import { keyValueLines } from "../key-value-lines";
import { readConfigUpdate } from "../read-config-update";
import type { AgentWork } from "../run-on-agents";
import { failureReport } from "./control";

/** Runs the config step of a rollout, and nothing else of it. */
export function updateConfigWork(secretValues: ReadonlySet<string>): AgentWork {
  return async (agent, host, say) => {
    // The configuration does not depend on the version.
    const { program, steps } = agentSteps(agent, "", secretValues);
    const step = steps.find(({ facet }) => facet === "config");
    if (step === undefined) throw new Error("an agent without a config step");
    const look = () => lookAt(host, statusScript(program));
    const before = await look();
    if (!before.get("installed")) throw new Error("is not rolled out here: run pulumi up");
    say("writing the configuration");
    const result = await host.run({
      label: `deeptrace-config@${agent.name}`,
      text: stepsScript(program, step.input),
      words: ["config", "apply", "0", ...step.words],
      timeLimitSeconds: step.timeLimitSeconds,
    });
    const after = await look();
    if (result.code === 0) return readConfigUpdate(agent.name, before, after);
    const failed = failureReport(agent.name, program.owner.label, result);
    const restarted = after.get("pid") !== undefined && after.get("pid") !== before.get("pid");
    const putBack = restarted && after.get("config") === before.get("config");
    return putBack ? { ...failed, state: "put back", facts: { outcome: "put back" } } : failed;
  };
}

async function lookAt(host: EnteredHost, text: string): Promise<Map<string, string>> {
  const { stdout } = await host.run({ label: "deeptrace-status", text, timeLimitSeconds: 60 });
  return keyValueLines(stdout);
}
