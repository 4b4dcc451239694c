import { createHash } from "node:crypto";
import { stringify } from "smol-toml";
import { isSecretKey } from "../../assembler/settings/secret-keys";
import type { ConfigPart } from "./agent-config-schema";
import type { ElasticSpec } from "./elastic-spec";
import type { AgentEntry } from "./fleet-schema";

type Table = { readonly [key: string]: unknown };

/** The whole `deeptrace.toml` of an agent as data; holds the Elasticsearch password. */
export interface AgentConfig extends Table {
  readonly agent: { readonly name: string; readonly workers: number };
  readonly api: { readonly address: string; readonly port: number; readonly workers: number; readonly ident: string };
  readonly sender: Table & {
    readonly batch_size: number;
    readonly elastic: Table & { readonly index_name: string; readonly node_url: string };
  };
  readonly ebpf: Table & { readonly pids: readonly number[]; readonly services?: Readonly<Record<string, string>> };
}

/** Stands in texts that people read for a value they must not. */
const secretMask = "[secret]";

/** The indices that the assembler reads are named by this prefix and the agent. */
export const spanIndexPrefix = "spans_";

/**
 * The agent's configuration: defaults, then what `[elastic]` says, then `[agent_defaults.config]`, then the sections of the original
 * file, then `[agents.config]`. Tables are merged key by key; lists and values replace.
 */
export function agentConfig(entry: AgentEntry, shared: ConfigPart | undefined, elastic: ElasticSpec): AgentConfig {
  const name = entry.agent_info.agent_name;
  const base: AgentConfig = {
    agent: { name, workers: 1 },
    api: { address: "0.0.0.0", port: 7899, workers: 1, ident: "deeptrace" },
    sender: {
      batch_size: 1024,
      elastic: {
        node_url: elastic.url,
        username: elastic.username,
        password: elastic.password,
        request_timeout: elastic.requestTimeout,
        index_name: `${spanIndexPrefix}${name}`,
        bulk_size: elastic.bulkSize,
      },
      flat_file: { mem_buffer_size: 67_108_864, file_buffer_size: 67_108_864, file_size_limit: 1_073_741_824 },
    },
    ebpf: { pids: [] },
  };
  return [shared, originalPart(entry), entry.config].reduce<AgentConfig>(
    (config, part) => merge(config, part ?? {}),
    base,
  );
}

function originalPart(entry: AgentEntry): ConfigPart {
  const { agent_info: info, sender, ebpf, api, metric, trace, span } = entry;
  const { index_name, batch_size, ...flatFile } = sender ?? {};
  return defined({
    agent: defined({ workers: info.workers }),
    sender: defined({ batch_size, elastic: defined({ index_name }), flat_file: flatFile }),
    ebpf,
    api,
    metric,
    trace,
    span,
  });
}

function defined<T extends object>(table: T): T {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined)) as T;
}

function merge<T extends Table>(base: T, over: object): T {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (value !== undefined) merged[key] = isTable(below) && isTable(value) ? merge(below, value) : value;
  }
  return merged as T;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A copy with `[secret]` for every value under a secret key and every value that is one of the given secrets. */
export function withoutSecrets(value: unknown, secrets: ReadonlySet<string>): unknown {
  if (typeof value === "string") return secrets.has(value) ? secretMask : value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secrets));
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isSecretKey(key) ? secretMask : withoutSecrets(item, secrets)]),
  );
}

/** TOML text with keys in alphabetical order, so that equal configurations have equal text. */
export function configText(config: unknown): string {
  return `${stringify(sorted(config)).trimEnd()}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isTable(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

/** The first 12 hex digits of a text's SHA-256, enough to tell configurations apart by eye. */
export function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
