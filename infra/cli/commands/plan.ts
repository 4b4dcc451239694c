import { address } from "../../ssh/ssh-login";
import type { AgentReport } from "../agent-report";
import { CliFault } from "../cli-fault";
import { type Blindness, blindness } from "../plan/blind";
import { plannedEffect } from "../plan/effect";
import { goesBlind, type PlannedAgent, planReport, planSummary } from "../plan/plan-report";
import { type PreviewedAgent, readPreview } from "../plan/preview";
import type { FleetAgent, OpenFleet } from "../stack/open-fleet";
import { reasonOf, runPulumi, type StackChoice } from "../stack/pulumi-command";

export interface PlanOptions {
  /** Looks at the hosts first, as a rollout with --refresh does. */
  readonly refresh: boolean;
  readonly windowMinutes: number;
  /** The agents that are asked about; undefined: all, with those that are to go and the assembler. */
  readonly chosen: readonly FleetAgent[] | undefined;
}

/** A plan in words and for programs. */
export interface Plan {
  readonly reports: readonly AgentReport[];
  /** Where each of them is, by name: `198.51.100.11:22`. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly summary: readonly string[];
  /** Undefined: nothing would go blind. A text: why that cannot be told. */
  readonly blind: Blindness | string | undefined;
}

/** Says what a rollout would do, from the engine's own preview. Throws {@link CliFault} if the engine refuses to make one. */
export async function makePlan(
  choice: StackChoice,
  fleet: OpenFleet,
  { refresh, windowMinutes, chosen }: PlanOptions,
  cancelled: AbortSignal,
): Promise<Plan> {
  const planned = (await preview(choice, refresh, cancelled))
    .filter(({ agent }) => chosen === undefined || chosen.some(({ name }) => name === agent))
    .map((previewed): PlannedAgent => ({ previewed, ...plannedEffect(previewed) }))
    .sort((one, other) => (one.previewed.agent < other.previewed.agent ? -1 : 1));
  const shown = planned.filter(({ effect, unseen }) => effect !== "none" || unseen !== undefined);
  const indexOf = new Map(fleet.agents.map(({ name, config }) => [name, config.sender.elastic.index_name]));
  const leaving = shown
    .filter(({ effect, previewed: { agent } }) => goesBlind(effect) && agent !== "assembler")
    .map(
      ({ previewed: { agent, before } }) =>
        [agent, indexOf.get(agent) ?? formerIndex(before?.settings, agent)] as const,
    );
  const blind = leaving.length === 0 ? undefined : await blindness(fleet.elastic, windowMinutes, new Map(leaving));
  const hosts = new Map(shown.map(({ previewed }) => [previewed.agent, hostOf(previewed)]));
  const touched = shown.filter(({ effect }) => effect !== "none").map(({ previewed }) => hostOf(previewed));
  const untouched = planned.filter(
    ({ effect, unseen, previewed: { agent } }) => effect === "none" && unseen === undefined && agent !== "assembler",
  ).length;
  return {
    reports: shown.map((each) => planReport(each, blind)),
    hosts,
    summary: planSummary([...new Set(touched)].sort(), untouched, blind),
    blind,
  };
}

async function preview(choice: StackChoice, refresh: boolean, cancelled: AbortSignal): Promise<PreviewedAgent[]> {
  const file = choice.configFile === undefined ? [] : ["--config-file", choice.configFile];
  const look = refresh ? ["--refresh"] : [];
  const result = await runPulumi(choice, ["preview", "--json", ...look, ...file], cancelled);
  // A preview that fails tells its errors in the same JSON.
  if (result.stdout.trim() === "") throw new CliFault(`pulumi preview: ${reasonOf(result)}`);
  const previewed = readPreview(result.stdout);
  if (result.code !== 0) throw new CliFault(`pulumi preview: ${reasonOf({ ...result, stdout: "" })}`);
  return previewed;
}

function hostOf({ before, after }: PreviewedAgent): string {
  const target = after?.target ?? before?.target;
  return target?.host === undefined ? "" : address({ host: target.host, port: target.port ?? 22 });
}

/** The index of an agent that the fleet file no longer has. */
function formerIndex(settings: unknown, agent: string): string {
  const index = (settings as { sender?: { elastic?: { index_name?: unknown } } } | undefined)?.sender?.elastic
    ?.index_name;
  return typeof index === "string" ? index : `spans_${agent}`;
}
