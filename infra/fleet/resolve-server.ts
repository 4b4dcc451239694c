import type { AssemblerSettings } from "../../assembler/settings/assembler-settings";
import type { ElasticSpec } from "./elastic-spec";
import type { ServerSpec } from "./fleet";
import type { AssemblerEntry, ElasticEntry, ServerEntry } from "./fleet-schema";
import { type LoginFault, type LoginSources, resolveLogin } from "./resolve-login";

/** Where Elasticsearch is: at its url, else at its address, else on the server. Faults are of `[elastic]`. */
export function resolveElastic(
  entry: ElasticEntry | undefined,
  server: ServerEntry | undefined,
): { spec: ElasticSpec; faults: LoginFault[] } {
  const address = entry?.address ?? server?.ip ?? "";
  const host = address.includes(":") ? `[${address}]` : address;
  const spec = {
    url: entry?.url?.replace(/\/$/, "") ?? `http://${host}:${entry?.port ?? 9200}`,
    username: entry?.username ?? "",
    password: entry?.elastic_password ?? "",
    requestTimeout: entry?.request_timeout ?? 1,
    bulkSize: entry?.bulk_size ?? 1,
  };
  const idle = entry?.url === undefined ? [] : (["address", "port"] as const).filter((key) => entry[key] !== undefined);
  const faults = idle.map((field) => ({
    field,
    got: "a value besides url",
    allowed: "either url, or address and port",
  }));
  return { spec, faults };
}

/** The original file knows only the server's address: without any login the assembler is left out. Faults are of `[server]`. */
export function resolveServer(
  entry: ServerEntry | undefined,
  sources: LoginSources,
): { spec: ServerSpec; faults: LoginFault[] } {
  if (!entry) return { spec: { address: "", host: undefined, node: "" }, faults: [] };
  const { ip: address, node } = entry;
  const login = [entry.user_name, entry.host_password, entry.ssh_key, entry.ssh_key_path];
  if (login.every((value) => value === undefined)) return { spec: { address, host: undefined, node }, faults: [] };
  const { host, faults } = resolveLogin(address, entry, sources);
  return { spec: { address, host, node }, faults };
}

/** The assembler's own settings, with the Elasticsearch of the fleet. */
export function resolveAssembler(entry: AssemblerEntry, { url, username, password }: ElasticSpec): AssemblerSettings {
  return { ...entry, elastic: { url, username, password } };
}
