/** Says in which keys a configuration file on a host differs from the one it should be; pure. */
import { parse, TomlDate, TomlError } from "smol-toml";
import { isSecretKey } from "../../assembler/settings/secret-keys";
import { masked, maskSecrets } from "./secret-masking";

/** More differences than this are counted, not named. */
const namedDifferences = 3;
const shownLength = 60;

type Leaves = Map<string, { keys: string[]; value: unknown }>;

/**
 * @param is the file as found; `should` as it ought to be. They differ.
 * @param settings the same structure as `should` with "[secret]" in place of secrets; what is absent there is judged by
 *   its key's name.
 * @returns e.g. `altered: sender.batch_size is 10, should be 1024; 2 more`.
 */
export function describeAlteration(is: string, should: string, settings: unknown): string {
  let found: Leaves;
  try {
    found = leavesOf(readToml(is));
  } catch (error) {
    return error instanceof TomlError ? `altered: not TOML (line ${error.line})` : "altered: not TOML";
  }
  const wanted = leavesOf(readToml(should));
  const show = (keys: string[], value: unknown) => shown(keys, value, settings, secretsIn(should, settings));
  const clauses: string[] = [];
  for (const [path, { keys, value }] of wanted) {
    const there = found.get(path);
    if (there === undefined) clauses.push(`${path} is missing, should be ${show(keys, value)}`);
    else if (literal(there.value) === literal(value)) continue;
    else if (isSecret(keys, settings)) clauses.push(`${path} differs (${masked})`);
    else clauses.push(`${path} is ${show(keys, there.value)}, should be ${show(keys, value)}`);
  }
  // The value of a key that nobody asked for may be anything, also a secret.
  for (const path of found.keys()) if (!wanted.has(path)) clauses.push(`${path} should not be there`);
  if (clauses.length === 0) return "altered: same values, other text (comments, order or spacing)";
  const rest = clauses.length - namedDifferences;
  return `altered: ${[...clauses.slice(0, namedDifferences), ...(rest > 0 ? [`${rest} more`] : [])].join("; ")}`;
}

/** The secret values of a configuration text; empty if it is not TOML. */
export function secretsIn(configText: string, settings: unknown): string[] {
  let leaves: Leaves;
  try {
    leaves = leavesOf(readToml(configText));
  } catch {
    return [];
  }
  const values = [...leaves.values()].flatMap(({ keys, value }) => (isSecret(keys, settings) ? [value].flat() : []));
  return values.filter((value): value is string => typeof value === "string");
}

function isSecret(keys: string[], settings: unknown): boolean {
  const setting = keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], settings);
  return setting === masked || keys.some(isSecretKey);
}

function shown(keys: string[], value: unknown, settings: unknown, secrets: string[]): string {
  if (isSecret(keys, settings)) return masked;
  const text = maskSecrets(literal(value), secrets);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}

function readToml(text: string): unknown {
  // By hand anything may have been written, also whole numbers beyond 2^53.
  return parse(text, { integersAsBigInt: "asNeeded" });
}

function literal(value: unknown): string {
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(literal).join(",")}]`;
  if (typeof value === "object") return "{}";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function leavesOf(table: unknown, keys: string[] = [], leaves: Leaves = new Map()): Leaves {
  const isTable = typeof table === "object" && table !== null && !(table instanceof Date);
  const isPlainList = Array.isArray(table) && !table.some((item) => typeof item === "object");
  if (!isTable || isPlainList || (keys.length > 0 && Object.keys(table).length === 0)) {
    return leaves.set(keys.map(keyText).join("."), { keys, value: table });
  }
  for (const [key, value] of Object.entries(table)) leavesOf(value, [...keys, key], leaves);
  return leaves;
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}
