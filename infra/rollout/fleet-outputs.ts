/** The stack's outputs, from the fleet and what came of it; pure. */
import type { AgentSpec, Fleet } from "../fleet/fleet";
import { apiUrl } from "../registration/api-url";
import type { Outcome } from "./run-waves";

/** One agent of the fleet, for other programs to find. */
export interface AgentOutput {
  readonly name: string;
  /** What came of it in the last up: `done`, `failed` or `left` as it was; in a preview what is to come. */
  readonly rollout: Outcome;
  /** Commit; of an agent that failed or was left that of the last up that it passed, empty if there was none. */
  readonly version: string;
  readonly host: string;
  /** Of its host's sshd. */
  readonly port: number;
  readonly user: string;
  /** The key its host is held to: `ssh-ed25519 AAAA…`; empty if it never was entered. */
  readonly hostKey: string;
  readonly serviceManager: string;
  /** `http://HOST:PORT` */
  readonly api: string;
  /** Where its spans go. */
  readonly index: string;
  /** The wave it belongs to; 1 without a rollout order. */
  readonly wave: number;
}

export interface FleetOutputs {
  /** In the order of their names. */
  readonly agents: readonly AgentOutput[];
  readonly hosts: readonly { readonly address: string; readonly agents: readonly string[] }[];
  readonly endpoints: {
    readonly elasticsearch: string;
    /** Health and metrics; `127.0.0.1` there is the server's own. "not rolled out" if the fleet file has no login for the server. */
    readonly assembler: string;
  };
  readonly assembler: { readonly host: string; readonly serviceManager: string; readonly version: string };
  /** The agents of each version. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
}

/** What only a rollout tells of an agent. */
export interface AgentResult {
  readonly outcome: Outcome;
  readonly version: string;
  readonly hostKey: string;
  readonly wave: number;
}

/** @param bundleVersion SHA-256 of the assembler that is rolled out; undefined if none is. */
export function fleetOutputs(
  fleet: Fleet,
  bundleVersion: string | undefined,
  resultOf: (agent: AgentSpec) => AgentResult,
): FleetOutputs {
  const agents = fleet.agents.map((agent): AgentOutput => {
    const { outcome, version, hostKey, wave } = resultOf(agent);
    const { target, serviceManager } = agent.host;
    return {
      name: agent.name,
      rollout: outcome,
      version,
      host: target.host,
      port: target.port,
      user: target.user,
      hostKey,
      serviceManager,
      api: apiUrl(target.host, agent.config.api),
      index: agent.config.sender.elastic.index_name,
      wave,
    };
  });
  const { address, host } = fleet.server;
  const { address: listens, port } = fleet.assembler.http;
  return {
    agents,
    hosts: grouped(agents, ({ host }) => host).map(([address, names]) => ({ address, agents: names })),
    endpoints: {
      elasticsearch: fleet.elastic.url,
      assembler: host ? apiUrl(address, { address: listens, port }) : "not rolled out",
    },
    assembler: { host: address, serviceManager: host?.serviceManager ?? "", version: bundleVersion ?? "" },
    versions: Object.fromEntries(
      grouped(
        agents.filter(({ version }) => version !== ""),
        ({ version }) => version,
      ),
    ),
  };
}

/** Names of agents by a key of theirs, in the order of the keys. */
function grouped(agents: readonly AgentOutput[], keyOf: (agent: AgentOutput) => string): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const agent of agents) groups.set(keyOf(agent), [...(groups.get(keyOf(agent)) ?? []), agent.name]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
