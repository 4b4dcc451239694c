import type { AssemblerSettings } from "./assembler-settings";
import { isSecretKey } from "./secret-keys";
import { describe } from "./shown-value";

/** What a running assembler takes from a changed file; a table means all of its fields. Anything else needs a restart. */
const reloadable = new Set([
  "mode",
  "log.level",
  "grouping",
  "reading.poll_interval_ms",
  "elastic.username",
  "elastic.password",
  "elastic.api_key",
  "elastic.ca_file",
  "elastic.ca_fingerprint",
]);

export interface SettingsChange {
  /** Dotted fields that differ and can be taken now. */
  readonly taken: readonly string[];
  /** One message for each field that differs and needs a restart. */
  readonly refused: readonly string[];
}

/** How two settings differ, and which of it a running assembler can take. Messages hold no secret. */
export function settingsChange(before: AssemblerSettings, after: AssemblerSettings): SettingsChange {
  const [old, fresh] = [leavesOf(before), leavesOf(after)];
  const taken: string[] = [];
  const refused: string[] = [];
  for (const field of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(field), fresh.get(field)];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const [table = ""] = field.split(".");
    if (reloadable.has(field) || reloadable.has(table)) taken.push(field);
    else refused.push(`${field}: changed${shown(field, was, is)}; this takes a restart`);
  }
  return { taken, refused };
}

function shown(field: string, was: unknown, is: unknown): string {
  return isSecretKey(field) ? "" : ` from ${describe(was)} to ${describe(is)}`;
}

/** Values by dotted field; a list is one value. */
function leavesOf(value: object, prefix = ""): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== "object" || item === null || Array.isArray(item)) leaves.set(prefix + key, item);
    else for (const [field, leaf] of leavesOf(item, `${prefix}${key}.`)) leaves.set(field, leaf);
  }
  return leaves;
}
