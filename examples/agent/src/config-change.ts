import { isDeepStrictEqual } from "node:util";
import { type Config, checkConfig } from "./config";

/** What an update would do: the new settings, and the keys it changes, split by whether that needs a restart. */
export interface ConfigChange {
  config: Config;
  applied: string[];
  needRestart: string[];
}

/** An update that must not be made, with the reason. */
export class RefusedUpdate extends Error {}

/**
 * Lays an update of the same structure as deeptrace.toml over the settings. Tables are merged, but `ebpf.services` is
 * replaced, as is every other value. Throws a `FaultsError` for wrong values and a `RefusedUpdate` if it would send the
 * password that the agent holds to another server than the one it was given for.
 */
export function planUpdate(current: Config, update: unknown): ConfigChange {
  if (!isTable(update)) throw new RefusedUpdate("the update is not a JSON object");
  const config = checkConfig("update", merge(current, update));
  const changed = changedKeys(current, config);
  const { node_url: oldUrl, password: held } = current.sender.elastic;
  const names = isTable(update.sender) && isTable(update.sender.elastic) ? update.sender.elastic : {};
  if (config.sender.elastic.node_url !== oldUrl && held !== "" && names.password === undefined) {
    throw new RefusedUpdate("sender.elastic.node_url may only change together with sender.elastic.password");
  }
  const live = (key: string): boolean => key.startsWith("sender.") || key.startsWith("ebpf.");
  return { config, applied: changed.filter(live), needRestart: changed.filter((key) => !live(key)) };
}

function merge(base: unknown, over: unknown, path = ""): unknown {
  if (!isTable(base) || !isTable(over) || path === "ebpf.services") return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = merge(base[key], value, path ? `${path}.${key}` : key);
  return merged;
}

/** Dotted keys whose values differ, sorted. */
function changedKeys(before: unknown, after: unknown, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isTable(before) || !isTable(after) || path === "ebpf.services") return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => changedKeys(before[key], after[key], path ? `${path}.${key}` : key));
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
