import { type AgentReport, exitStatusOf } from "../agent-report";
import { type FleetOptions, openCommand, print } from "../fleet-command";
import { printable } from "../printable";
import { paintFor } from "../show/choose-progress";
import { jsonDocument } from "../show/json-document";
import { columnsFor, reportLines } from "../show/table";
import { makePlan, type Plan } from "./plan";

export interface ShowPlanOptions extends FleetOptions {
  readonly window: number;
  readonly refresh?: true;
}

/** Prints what the next rollout would do. */
export async function showPlan(
  names: readonly string[],
  options: ShowPlanOptions,
  cancelled: AbortSignal,
): Promise<readonly AgentReport[]> {
  const { fleet, agents, mask } = await openCommand(names, options, cancelled);
  const chosen = names.length === 0 && options.tag.length === 0 ? undefined : agents;
  const request = { refresh: options.refresh === true, windowMinutes: options.window, chosen };
  const plan = await makePlan(options, fleet, request, cancelled);
  if (options.json) print(mask(planDocument(plan, fleet.agents)));
  else for (const line of planLines(plan)) print(mask(line));
  return plan.reports;
}

function planDocument({ reports, blind, summary }: Plan, agents: Parameters<typeof jsonDocument>[3]): string {
  const inAll =
    typeof blind === "object"
      ? { windowMinutes: blind.windowMinutes, traces: blind.traces, tracesTouched: blind.tracesTouched }
      : { unknown: blind ?? null };
  return jsonDocument("plan", exitStatusOf(reports), reports, agents, { blind: inAll, summary });
}

function planLines({ reports, hosts, summary }: Plan): string[] {
  const paint = paintFor(process.stdout.isTTY === true, process.env);
  const places = reports.map(({ agent }) => ({ agent, host: hosts.get(agent) ?? "" }));
  const columns = columnsFor(places, process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY);
  const lines = reports.flatMap((report) => reportLines(report, hosts.get(report.agent) ?? "", columns, paint));
  return [...lines, ...summary].map(printable);
}
