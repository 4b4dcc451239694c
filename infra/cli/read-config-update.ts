import type { AgentReport } from "./agent-report";

type Facts = ReadonlyMap<string, string>;

/**
 * What came of a config step that succeeded, from what `status-script.ts` printed before and after it: a changed process was restarted, one
 * that runs the new file without that took it live.
 */
export function readConfigUpdate(agent: string, before: Facts, after: Facts): AgentReport {
  const said = (standing: AgentReport["standing"], state: string, summary: string): AgentReport => ({
    agent,
    standing,
    state,
    summary,
    details: [],
    facts: { outcome: state, config: after.get("config") ?? null },
  });
  const written = before.get("config") !== after.get("config");
  const pid = after.get("pid");
  const restarted = pid !== undefined && before.get("pid") !== pid;
  if (restarted) return said("well", "restarted", "runs with the configuration since its restart");
  if (!written) return said("well", "unchanged", "has this configuration already");
  if (pid === undefined) return said("well", "written", "is not running: it takes the configuration at its start");
  if (after.get("running.config") === after.get("config")) {
    return said("well", "taken live", "took the configuration without a restart");
  }
  return said("unwell", "written", "still runs with the configuration before: deeptrace agents restart takes it");
}
