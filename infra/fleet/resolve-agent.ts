import { agentConfig } from "./agent-config";
import type { ElasticSpec } from "./elastic-spec";
import type { AgentSpec } from "./fleet";
import type { AgentEntry, DefaultsEntry } from "./fleet-schema";
import { type LoginFault, type LoginSources, resolveLogin } from "./resolve-login";

/** Used where neither an agent nor the defaults name a source. */
const originalSource = { repo: "https://github.com/DeepShield-AI/DeepTrace.git", ref: "main" };

/** One entry with all defaults applied, and what is wrong with its login; faults are of its `agent_info`. */
export function resolveAgent(
  entry: AgentEntry,
  defaults: DefaultsEntry | undefined,
  elastic: ElasticSpec,
  sources: LoginSources,
): { agent: AgentSpec; faults: LoginFault[] } {
  const login = { ...defaults?.agent_info, ...given(entry.agent_info) };
  const { host, faults } = resolveLogin(entry.agent_info.host_ip, login, sources);
  if (login.user_name === undefined) {
    faults.push({
      field: "user_name",
      got: "nothing",
      allowed: "a login name, here or in [agent_defaults.agent_info]",
    });
  }
  const agent = {
    name: entry.agent_info.agent_name,
    host,
    source: { ...originalSource, ...given(defaults?.source ?? {}), ...given(entry.source ?? {}) },
    config: agentConfig(entry, defaults?.config, elastic),
    tags: [...new Set(login.tags ?? [])].sort(),
  };
  return { agent, faults };
}

/** Without the keys that are undefined, so that they do not hide defaults. */
function given<T extends object>(table: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
