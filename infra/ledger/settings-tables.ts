import { parse } from "smol-toml";

/**
 * The settings of a ledger as tables: they are recorded as TOML, by earlier versions as the tables themselves. Throws a
 * TomlError.
 */
export function settingsTables(settings: unknown): unknown {
  return typeof settings === "string" ? parse(settings) : settings;
}
