import type { Host } from "../../test/testbed/testbed";

/** What the fleet file of the demo needs to know. */
export interface DemoFleet {
  elasticUrl: string;
  repository: { url: string; commit: string };
  server: Host;
  /** Port of the assembler's health and metrics. */
  assemblerPort: number;
  /** Each agent with its host, the port of its API and what it watches: service name to a pattern of its command line. */
  agents: { name: string; host: Host; apiPort: number; services: Record<string, string> }[];
}

/** The demo's fleet file and the stack secrets that it refers to by name. */
export interface DemoFleetFile {
  toml: string;
  secrets: Record<string, string>;
}

/** Writes the fleet file that a user would write by hand for these hosts: every secret by name only. */
export function demoFleetFile(fleet: DemoFleet, elasticPassword: string): DemoFleetFile {
  const secrets: Record<string, string> = { elasticPassword };
  const access = (host: Host): string[] => {
    const name = `${host.name.replace(/[^A-Za-z0-9]/g, "")}${host.password === undefined ? "Key" : "Password"}`;
    secrets[name] = host.password ?? host.privateKey ?? "";
    const field = host.password === undefined ? "ssh_key" : "host_password";
    return [
      `user_name = ${quote(host.user)}`,
      `ssh_port = ${host.port}`,
      `${field} = "secret:${name}"`,
      `service_manager = ${quote(host.serviceManager)}`,
    ];
  };
  const lines = [
    "[elastic]",
    `url = ${quote(fleet.elasticUrl)}`,
    'elastic_password = "secret:elasticPassword"',
    "",
    "[server]",
    `ip = ${quote(fleet.server.address)}`,
    ...access(fleet.server),
    "",
    "[assembler.http]",
    `port = ${fleet.assemblerPort}`,
    "",
    "[assembler.correlation]",
    "# The demo measures against X-Request-Id: the assembler must not look at it.",
    "request_id_headers = []",
    "",
    "[agent_defaults.source]",
    `repo = ${quote(fleet.repository.url)}`,
    `ref = ${quote(fleet.repository.commit)}`,
  ];
  for (const agent of fleet.agents) {
    lines.push(
      "",
      "[[agents]]",
      "[agents.agent_info]",
      `agent_name = ${quote(agent.name)}`,
      `host_ip = ${quote(agent.host.address)}`,
      ...access(agent.host),
      "[agents.config.api]",
      `port = ${agent.apiPort}`,
      "[agents.config.ebpf.services]",
      ...Object.entries(agent.services).map(([name, pattern]) => `${name} = ${quote(pattern)}`),
    );
  }
  return { toml: `${lines.join("\n")}\n`, secrets };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
