import { isLiveChange, type SettingChange, settingChanges } from "../../fleet/live-change";
import { facets } from "../../ledger/ledger-contract";
import { settingsTables } from "../../ledger/settings-tables";
import { isUnseen } from "../../ledger/unseen-host";
import type { PreviewedAgent } from "./preview";

/**
 * What a rollout does to a running agent: `removed` for good; `restart`; `start` of one that is not running; `live`: it takes a new configuration
 * while it runs; `mend`: what was changed by hand is put back, and only an agent that started since then restarts; `check`: its steps run again
 * and find nothing to do; `none`: its host is not touched.
 */
export type Effect = "removed" | "restart" | "start" | "live" | "mend" | "check" | "none";

export interface PlannedEffect {
  readonly effect: Effect;
  /** Why, one clause each. */
  readonly reasons: readonly string[];
  /** Why nobody knows how the host is; undefined where it was seen, or nobody looked. */
  readonly unseen: string | undefined;
}

/** Decides what a previewed change does to the agent. Pure. */
export function plannedEffect(previewed: PreviewedAgent): PlannedEffect {
  const { ledger, touched, before } = previewed;
  const unseen = Object.values(before?.observed ?? {}).find((words) => isUnseen(words));
  const planned = (effect: Effect, ...reasons: string[]): PlannedEffect => ({ effect, reasons, unseen });
  if (ledger === "create") return planned("start", "is new");
  if (ledger === "delete") return planned("removed", "is no longer in the fleet file");
  if (ledger === "replace") return planned("restart", movedFrom(previewed));
  if (touched.length === 0) return planned("none");

  const drift = unseen === undefined ? driftOf(previewed) : [];
  const service = unseen === undefined ? (before?.observed?.service ?? "") : "";
  const isDown = service !== "" && !service.startsWith("active");
  const newVersion = versionChange(previewed);
  const changes = configChanges(previewed);
  const reasons = [
    ...(newVersion === undefined ? [] : [newVersion]),
    ...(changes.length === 0 ? [] : [`config: ${changes.map(({ key }) => key).join(", ")}`]),
    ...drift,
  ];
  if (isDown) return planned("start", ...reasons);
  if (newVersion !== undefined || !isLiveChange(changes)) return planned("restart", ...reasons);
  const runsOther = service !== "" && runs(service) !== runs(before?.desired?.service ?? "");
  if (runsOther) return planned("restart", ...reasons);
  if (changes.length > 0) return planned("live", ...reasons);
  if (drift.length > 0) return planned("mend", ...reasons);
  return planned("check", "its steps are written differently, and bring about the same");
}

function movedFrom({ before, after }: PreviewedAgent): string {
  const [from, to] = [before?.target?.host, after?.target?.host];
  return from !== undefined && to !== undefined && from !== to ? `moves from ${from} to ${to}` : "is set up anew";
}

function driftOf({ before }: PreviewedAgent): string[] {
  return facets
    .filter((facet) => before?.observed?.[facet] !== undefined && before.observed[facet] !== before.desired?.[facet])
    .map((facet) => `${facet} is ${before?.observed?.[facet]}`);
}

function versionChange({ before, after }: PreviewedAgent): string | undefined {
  const was = before?.desired?.install;
  const will = after?.desired?.install;
  if (was === undefined || will === undefined || was === will) return undefined;
  const version = (words: string) => words.split(" ").at(-1) ?? words;
  return `version ${version(was)} to ${version(will)}`;
}

/** Changed settings; where only a secret changes, every secret may be the one. */
function configChanges({ before, after, configTextChanges }: PreviewedAgent): SettingChange[] {
  if (before?.settings === undefined || after?.settings === undefined) return [];
  const [was, will] = [settingsTables(before.settings), settingsTables(after.settings)];
  const changes = settingChanges(was, will);
  return changes.length > 0 || !configTextChanges ? changes : secretKeys(will);
}

function secretKeys(settings: unknown, key = ""): SettingChange[] {
  if (settings === "[secret]") return [{ key, removed: false }];
  if (typeof settings !== "object" || settings === null) return [];
  return Object.entries(settings).flatMap(([name, value]) => secretKeys(value, key === "" ? name : `${key}.${name}`));
}

/** `active, enabled, runs X with config Y, older than the file` → `runs X with config Y, older than the file` */
function runs(service: string): string {
  return service
    .split(", ")
    .filter((words) => /^(runs |older than|started by)/.test(words))
    .join(", ");
}
