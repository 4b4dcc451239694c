/** Which agents run where; pure. Both contenders are told by the same plan. */

/** How a host is entered and known. */
export interface PlannedHost {
  readonly address: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
}

export interface PlannedAgent<HostOf extends PlannedHost = PlannedHost> {
  readonly name: string;
  readonly host: HostOf;
  readonly apiPort: number;
}

/** What all agents of a fleet share. */
export interface FleetSource {
  readonly repository: { readonly url: string; readonly commit: string };
  /** Private key that opens every host as root. */
  readonly keyFile: string;
  /** Nothing listens there: the agents of the benchmark send nothing. */
  readonly elasticUrl: string;
}

/** So many agents, dealt out host by host like cards; `PREFIX000` is the same agent in fleets of every size. */
export function planAgents<HostOf extends PlannedHost>(
  hosts: readonly HostOf[],
  count: number,
  prefix: string,
  firstPort = 7900,
): PlannedAgent<HostOf>[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${prefix}${String(index).padStart(3, "0")}`,
    host: hosts[index % hosts.length] as HostOf,
    apiPort: firstPort + Math.floor(index / hosts.length),
  }));
}

/** The fleet file, with the password by its name in the stack. */
export function fleetText(agents: readonly PlannedAgent[], { repository, keyFile, elasticUrl }: FleetSource): string {
  const head = [
    "[elastic]",
    `url = ${quote(elasticUrl)}`,
    'elastic_password = "secret:elasticPassword"',
    "[server]",
    `ip = ${quote(agents[0]?.host.address ?? "")}`,
    "[agent_defaults.agent_info]",
    'user_name = "root"',
    `ssh_key_path = ${quote(keyFile)}`,
    "[agent_defaults.source]",
    `repo = ${quote(repository.url)}`,
    `ref = ${quote(repository.commit)}`,
    "[agent_defaults.config.ebpf.services]",
    'none = "no-such-process"',
  ];
  const entries = agents.flatMap(({ name, host, apiPort }) => [
    "[[agents]]",
    "[agents.agent_info]",
    `agent_name = ${quote(name)}`,
    `host_ip = ${quote(host.address)}`,
    `host_key = ${quote(host.hostKey)}`,
    "[agents.api]",
    `port = ${apiPort}`,
  ]);
  return `${[...head, ...entries].join("\n")}\n`;
}

/** The same for Ansible: an inventory in JSON, each agent a host of it with a control path of its own. */
export function inventoryText(
  agents: readonly PlannedAgent[],
  { repository, keyFile, elasticUrl }: FleetSource,
  more: { knownHostsFile: string; controlDirectory: string; elasticPassword: string },
): string {
  const hosts = agents.map(({ name, host, apiPort }) => [
    name,
    { ansible_host: host.address, ansible_control_path: `${more.controlDirectory}/${name}`, api_port: apiPort },
  ]);
  const vars = {
    ansible_user: "root",
    ansible_python_interpreter: "/usr/bin/python3",
    ansible_ssh_private_key_file: keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${more.knownHostsFile} -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes`,
    repo: repository.url,
    commit: repository.commit,
    elastic_url: elasticUrl,
    elastic_password: more.elasticPassword,
  };
  return `${JSON.stringify({ all: { vars, hosts: Object.fromEntries(hosts) } }, null, 2)}\n`;
}

/** Lines of a known_hosts file. */
export function knownHostsText(hosts: readonly PlannedHost[]): string {
  return hosts.map(({ address, hostKey }) => `${address} ${hostKey}\n`).join("");
}

function quote(text: string): string {
  return JSON.stringify(text);
}
