import { readFileSync } from "node:fs";
import { ElasticConnection } from "../elastic/elastic-connection";
import { type AssemblerSettings, readAssemblerSettings } from "../settings/assembler-settings";

export interface ConfigOption {
  readonly config: string;
}

export const configFlag = "--config <file>";
export const configHelp = "configuration file (TOML)";

/** Settings of a file, with `${VAR}` from the environment. Throws FaultsError, or Error when there is no such file. */
export function settingsFrom(file: string): AssemblerSettings {
  return readAssemblerSettings(file, readFileSync(file, "utf8"), process.env);
}

/** Does something with a connection to the Elasticsearch of a configuration file, and closes it. */
export async function withElastic(file: string, work: (connection: ElasticConnection) => Promise<void>): Promise<void> {
  const connection = new ElasticConnection(settingsFrom(file).elastic);
  try {
    await work(connection);
  } finally {
    await connection.close();
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
