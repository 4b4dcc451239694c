/** From an agent of the fleet to its entry in `agent_list`; pure. */
import { createHash } from "node:crypto";
import type { AgentSpec } from "../fleet/fleet";
import { apiUrl } from "./api-url";
import type { AgentEntry, DataGate } from "./registration-contract";

/** What is rolled out of an agent, as far as its entry says so. */
export interface RolledOut {
  /** Commit. */
  readonly version: string;
  /** The configuration without its secrets. */
  readonly settings: unknown;
  /** Digest of `settings`, 12 hex digits. */
  readonly publicDigest: string;
}

export function agentEntry(
  agent: AgentSpec,
  { version, settings, publicDigest }: RolledOut,
  stack: string,
): AgentEntry {
  const { name, host, config } = agent;
  const { address, port } = config.api;
  return {
    agent_name: name,
    host: host.target.host,
    ssh_port: host.target.port,
    index_name: config.sender.elastic.index_name,
    version,
    service_manager: host.serviceManager,
    api: { address, port, url: apiUrl(host.target.host, config.api) },
    services: Object.keys(config.ebpf.services ?? {}).sort(),
    pids: [...config.ebpf.pids],
    // As it will be read back: dates of TOML come as texts.
    config: JSON.parse(JSON.stringify(settings)),
    config_digest: publicDigest,
    stack,
  };
}

/** Digest of everything an agent runs with; tells a changed secret, too, and so is one itself. */
export function revisionOf(version: string, configText: string): string {
  return createHash("sha256").update(`${version}\n${configText}`).digest("hex");
}

/** The gate that waits until an agent's spans arrive. */
export function dataGate({ config }: AgentSpec, deadlineSeconds: number): DataGate {
  const { pids, services, trace } = config.ebpf;
  const parts = [
    ...Object.entries(services ?? {}).map(([name, pattern]) => `service ${name} (${pattern})`),
    ...(pids.length > 0 ? [`pid ${pids.join(", ")}`] : []),
    // Only some releases read these tables; what they choose is theirs to know.
    ...(config.trace || trace ? ["what its trace tables choose"] : []),
  ];
  return { index: config.sender.elastic.index_name, deadlineSeconds, traced: parts.join(", ") };
}
