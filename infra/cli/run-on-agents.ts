import { placeOf } from "../ledger/connection-faults";
import type { AgentReport } from "./agent-report";
import { AccessFault, type EnteredHost, type HostAccess } from "./host-access";
import { printable } from "./printable";
import type { Progress } from "./show/progress";
import type { FleetAgent } from "./stack/open-fleet";

/** Works on one agent's host; `say` tells what it is at. */
export type AgentWork = (agent: FleetAgent, host: EnteredHost, say: (words: string) => void) => Promise<AgentReport>;

/** Runs the work at all agents at the same time. Never rejects for what happens at one of them: that is in its report. */
export async function runOnAgents(
  agents: readonly FleetAgent[],
  access: HostAccess,
  { progress, mask }: { progress: Progress; mask: (text: string) => string },
  work: AgentWork,
): Promise<AgentReport[]> {
  const clean = (text: string) => printable(mask(text));
  const reports = await Promise.all(
    agents.map(async (agent) => {
      const say = (words: string) => progress.phase(agent.name, clean(words));
      const report = cleaned(await workAt(agent, access, say, work), clean);
      progress.done(report);
      return report;
    }),
  );
  progress.finish(reports);
  return reports;
}

async function workAt(
  agent: FleetAgent,
  access: HostAccess,
  say: (words: string) => void,
  work: AgentWork,
): Promise<AgentReport> {
  try {
    say("logging in");
    return await access.enter(agent, async (host) => {
      const report = await work(agent, host, say);
      return host.onTrust === undefined ? report : { ...report, details: [...report.details, host.onTrust] };
    });
  } catch (error) {
    const unreachable = error instanceof AccessFault && !error.entered;
    return {
      agent: agent.name,
      standing: unreachable ? "unreachable" : "unwell",
      state: unreachable ? "unreachable" : "failed",
      // Whose it is stands in front of it anyway.
      summary: (error instanceof Error ? error.message : String(error)).replace(
        `${placeOf(agent.name, agent.host.target)}: `,
        "",
      ),
      details: [],
      facts: {},
    };
  }
}

function cleaned(report: AgentReport, clean: (text: string) => string): AgentReport {
  return {
    ...report,
    summary: clean(report.summary),
    details: report.details.map(clean),
    facts: cleanedValue(report.facts, clean) as AgentReport["facts"],
  };
}

function cleanedValue(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map((item) => cleanedValue(item, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleanedValue(item, clean)]));
}
