import type { StackSecrets } from "../../fleet/secret-references";
import { CliFault } from "../cli-fault";

/** A stack's configuration of one project: texts by name, in which whatever has parts is JSON. */
export interface ConfigValues {
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: StackSecrets;
}

/**
 * Reads what `pulumi config --json --show-secrets` prints; keys of other namespaces are left out. Throws {@link CliFault} if it is not that.
 * The text holds secrets and is in no message.
 */
export function readConfigValues(project: string, text: string): ConfigValues {
  const prefix = `${project}:`;
  const values: Record<string, string> = {};
  const encrypted = new Set<string>();
  for (const [key, entry] of Object.entries(parsed(text))) {
    if (!key.startsWith(prefix) || entry.value === undefined) continue;
    const name = key.slice(prefix.length);
    values[name] = entry.value;
    if (entry.secret === true) encrypted.add(name);
  }
  return { values, secrets: { get: (name) => values[name], isSecret: (name) => encrypted.has(name) } };
}

function parsed(text: string): Record<string, { value?: string; secret?: boolean }> {
  try {
    return JSON.parse(text) as Record<string, { value?: string; secret?: boolean }>;
  } catch {
    throw new CliFault("pulumi config --json printed no JSON: is this the Pulumi CLI, version 3?");
  }
}
