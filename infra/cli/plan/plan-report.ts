import type { AgentReport } from "../agent-report";
import { type Blindness, shareInWords } from "./blind";
import type { Effect, PlannedEffect } from "./effect";
import type { PreviewedAgent } from "./preview";

/** One agent's part of a plan. */
export interface PlannedAgent extends PlannedEffect {
  readonly previewed: PreviewedAgent;
}

/** What an agent does not see while this happens to it. */
export function goesBlind(effect: Effect): boolean {
  return effect === "restart" || effect === "removed";
}

/** What a rollout would do at one agent. */
export function planReport(
  { previewed: { agent, touched }, effect, reasons, unseen }: PlannedAgent,
  blind: Blindness | string | undefined,
): AgentReport {
  const steps = touched.length === 0 ? "no step" : touched.join(", ");
  const own = typeof blind === "object" && goesBlind(effect) ? blind.byAgent.get(agent) : undefined;
  const traces = typeof blind === "object" ? blind.traces : 0;
  const blindLine =
    own === undefined
      ? []
      : own.services.length === 0
        ? ["sees no service now, so nothing goes blind"]
        : [
            `blind ${effect === "removed" ? "for good" : "meanwhile"}: ${own.services.join(", ")}; ${shareInWords(own.tracesTouched, traces)} of recent traces`,
          ];
  return {
    agent,
    standing: unseen === undefined ? "well" : "unreachable",
    state: unseen === undefined ? effect : "unseen",
    summary: effect === "removed" ? reasons.join("; ") : [steps, ...reasons].join("; "),
    details: [...(unseen === undefined ? [] : [`nobody could look at it: ${unseen}`]), ...blindLine],
    facts: {
      effect,
      facets: touched,
      reasons,
      unseen: unseen ?? null,
      services: own?.services ?? null,
      tracesTouched: own?.tracesTouched ?? null,
    },
  };
}

/** The lines below the agents: hosts, and what goes blind in all. */
export function planSummary(
  touchedHosts: readonly string[],
  untouched: number,
  blind: Blindness | string | undefined,
): string[] {
  const hosts = `${touchedHosts.length} host${touchedHosts.length === 1 ? "" : "s"} touched${touchedHosts.length === 0 ? "" : `: ${touchedHosts.join(", ")}`}`;
  const rest =
    untouched === 0
      ? ""
      : `; ${untouched} agent${untouched === 1 ? "" : "s"} left as ${untouched === 1 ? "it is" : "they are"}`;
  return [`${hosts}${rest}`, blindSummary(blind)].filter((line) => line !== "");
}

function blindSummary(blind: Blindness | string | undefined): string {
  if (blind === undefined) return "no agent restarts or goes, so nothing goes blind";
  if (typeof blind === "string") return `which services go blind cannot be told: ${blind}`;
  const services = [...new Set([...blind.byAgent.values()].flatMap((each) => each.services))].sort();
  if (services.length === 0) return `no service was seen by these agents in the last ${blind.windowMinutes} min`;
  const share = shareInWords(blind.tracesTouched, blind.traces);
  return `while they restart, ${services.join(", ")} go blind: ${share} of the traces of the last ${blind.windowMinutes} min`;
}
