import { type ControlAction, controlScript, controlTimeLimitSeconds } from "../../host-scripts/control-script";
import type { AgentReport } from "../agent-report";
import { programOf } from "../program-of";
import type { AgentWork } from "../run-on-agents";

const doing: Record<ControlAction, string> = { start: "starting", stop: "stopping", restart: "restarting" };

/** Starts, stops or restarts agents, under the lock of the rollout's own steps; done when it is so. */
export function controlWork(action: ControlAction): AgentWork {
  return async (agent, host, say): Promise<AgentReport> => {
    const program = programOf(agent);
    say(doing[action]);
    const result = await host.run({
      label: `deeptrace-${action}@${agent.name}`,
      text: controlScript(program, action),
      words: ["apply"],
      timeLimitSeconds: controlTimeLimitSeconds,
    });
    if (result.code !== 0) return failureReport(agent.name, program.owner.label, result);
    const did = result.stdout.trim().split("\n").at(-1) ?? "";
    const state = action === "stop" ? "stopped" : "running";
    return { agent: agent.name, standing: "well", state, summary: did, details: [], facts: { did } };
  };
}

/** A script that failed: its own first line in short, and what the program said last. */
export function failureReport(
  agent: string,
  label: string,
  { stderr, code }: { stderr: string; code: number | null },
): AgentReport {
  const [first = "", ...details] = stderr.trim().split("\n");
  const summary = first.replace(`${label}: `, "") || `the script ended with status ${code ?? "unknown"}`;
  return {
    agent,
    standing: "unwell",
    state: "failed",
    summary,
    details: details.map((line) => line.trim()),
    facts: {},
  };
}
