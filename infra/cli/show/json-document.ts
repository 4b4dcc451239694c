import type { AgentReport } from "../agent-report";
import type { FleetAgent } from "../stack/open-fleet";

/** The one document that `--json` prints; docs/commands.md names its keys. */
export function jsonDocument(
  command: string,
  exitCode: number,
  reports: readonly AgentReport[],
  agents: readonly FleetAgent[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  const known = new Map(agents.map((agent) => [agent.name, agent]));
  const entries = reports.map(({ agent, standing, state, summary, details, facts }) => {
    const spec = known.get(agent);
    const { host = null, port = null } = spec?.host.target ?? {};
    return {
      name: agent,
      host,
      port,
      tags: spec?.tags ?? [],
      ok: standing === "well",
      standing,
      state,
      summary,
      details,
      ...facts,
    };
  });
  return JSON.stringify({ command, exitCode, agents: entries, ...more }, null, 2);
}
