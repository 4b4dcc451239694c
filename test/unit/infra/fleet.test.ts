import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FaultsError } from "../../../assembler/settings/checked-toml";
import { configText, withoutSecrets } from "../../../infra/fleet/agent-config";
import { type FleetSources, readFleet } from "../../../infra/fleet/read-fleet";

const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
const secrets: Record<string, string> = { elasticPassword: "elastic-hunter2", sshKey: key };
const sources: FleetSources = {
  environment: { ELASTIC_HOST: "198.51.100.9" },
  secrets: { get: (name) => secrets[name], isSecret: () => true },
  readKey: (path) => {
    if (path === "~/.ssh/good") return key;
    throw new Error("no such file");
  },
  hasSshAgent: false,
};

const original = `
[elastic]  # as DeepTrace ships it
elastic_password = "elastic-hunter2"
kibana_password = "***"
bulk_size = 64
request_timeout = 10
agent_status_index = "agent_status"

[server]
ip = "198.51.100.10"

[[agents]]
  [agents.agent_info]
  agent_name = "agent1"
  user_name = "ubuntu"
  host_ip = "198.51.100.11"
  ssh_port = "2022"
  host_password = "host-hunter2"
  deeptrace_port = 52001
  code_path = "~/file"
  workers = 16

  [agents.sender]
  index_name = "agent1_spans"
  mem_buffer_size = 1024
  file_buffer_size = 1024
  file_size_limit = 4096
  batch_size = 256

  [agents.ebpf]
  pids = [3056354, 3056217]

  [agents.api]
  port = 7899
  address = "0.0.0.0"
  workers = 1
  ident = "deeptrace"
`;

const minimal = `
[elastic]
elastic_password = "secret:elasticPassword"
[server]
ip = "198.51.100.10"
user_name = "root"
ssh_key = "secret:sshKey"
`;

const agent = (name: string, more = "") => `
[[agents]]
[agents.agent_info]
agent_name = "${name}"
user_name = "root"
host_ip = "198.51.100.${20 + name.length}"
ssh_key = "secret:sshKey"
${more}`;

const read = (text: string, overrides: Partial<FleetSources> = {}) =>
  readFleet("fleet.toml", text, { ...sources, ...overrides }).fleet;

test("the original file works unchanged, with warnings for what has no effect", () => {
  const { agents, elastic, server, warnings } = read(original);
  const [first] = agents;
  assert.ok(first);
  assert.equal(elastic.url, "http://198.51.100.10:9200");
  assert.equal(server.host, undefined);
  assert.deepEqual(first.host, {
    target: { become: true, host: "198.51.100.11", port: 2022, user: "ubuntu", password: "host-hunter2" },
    serviceManager: "systemd",
  });
  assert.equal(
    configText(first.config),
    `[agent]
name = "agent1"
workers = 16

[api]
address = "0.0.0.0"
ident = "deeptrace"
port = 7899
workers = 1

[ebpf]
pids = [ 3056354, 3056217 ]

[sender]
batch_size = 256

[sender.elastic]
bulk_size = 64
index_name = "agent1_spans"
node_url = "http://198.51.100.10:9200"
password = "elastic-hunter2"
request_timeout = 10
username = "elastic"

[sender.flat_file]
file_buffer_size = 1024
file_size_limit = 4096
mem_buffer_size = 1024
`,
  );
  const said = warnings.join("\n");
  for (const part of [
    'fleet.toml:3: elastic.elastic_password stands in the file as plain text: run "pulumi config set --secret elasticPassword" and write elastic_password = "secret:elasticPassword"',
    'fleet.toml:18: agent "agent1": agent_info.host_password stands in the file as plain text: run "pulumi config set --secret agent1HostPassword"',
    "fleet.toml:4: elastic.kibana_password has no effect",
    'fleet.toml:19: agent "agent1": agent_info.deeptrace_port has no effect',
    "fleet.toml:9: server has no login, so the assembler is not rolled out",
    "the assembler reads spans_* and will not read agent1_spans",
  ]) {
    assert.ok(said.includes(part), `${part}\n--- in\n${said}`);
  }
  assert.ok(!said.includes("hunter2"));
});

test("an agent's configuration is merged over the defaults of its fleet, table by table", () => {
  const text = `${minimal}
[agent_defaults.source]
repo = "https://example.com/agent.git"
[agent_defaults.config.sender]
batch_size = 512
[agent_defaults.config.ebpf.services]
all = "x"
${agent("a", '[agents.source]\nref = "v2"\n[agents.config.sender]\nbatch_size = 1\n[agents.config.ebpf.services]\nown = "y"')}
${agent("bb")}`;
  const [a, b] = read(text).agents;
  assert.deepEqual(a?.source, { repo: "https://example.com/agent.git", ref: "v2" });
  assert.deepEqual(b?.source, { repo: "https://example.com/agent.git", ref: "main" });
  assert.deepEqual([a?.config.sender.batch_size, b?.config.sender.batch_size], [1, 512]);
  assert.deepEqual([a?.config.ebpf.services, b?.config.ebpf.services], [{ all: "x", own: "y" }, { all: "x" }]);
});

test("agents come sorted by name and frozen, so that the order in the file never matters", () => {
  const one = read(minimal + agent("zeta") + agent("alpha1"));
  assert.deepEqual(one.agents, read(minimal + agent("alpha1") + agent("zeta")).agents);
  assert.throws(() => Object.assign(one.agents[0]?.config.api ?? {}, { port: 1 }), TypeError);
});

test("what previews may show holds no secret, not even one under an innocent key", () => {
  const { fleet, secretValues } = readFleet(
    "fleet.toml",
    `${minimal}${agent("a", '[agents.config.metric]\nnote = "secret:elasticPassword"')}`,
    sources,
  );
  const shown = JSON.stringify(withoutSecrets(fleet.agents[0]?.config, secretValues));
  assert.ok(!shown.includes("hunter2"), shown);
  assert.ok(shown.includes('"password":"[secret]"') && shown.includes('"note":"[secret]"'), shown);
});

test("a host may be behind a bastion, which then has a login of its own", () => {
  const { agents } = read(
    `${minimal}${agent("a", '[agents.agent_info.proxy]\nhost_ip = "198.51.100.1"\nuser_name = "jump"\nssh_key = "secret:sshKey"')}`,
  );
  assert.equal(agents[0]?.host.target.proxy?.user, "jump");
});

test("an ssh-agent is enough to log in, and a login may come from the defaults", () => {
  const text = `[elastic]\nelastic_password = "secret:elasticPassword"\n[server]\nip = "10.0.0.1"\n[agent_defaults.agent_info]\nuser_name = "ops"\nssh_port = 2200\n[[agents]]\nagent_info = { agent_name = "a", host_ip = "10.0.0.2" }`;
  const [a] = read(text, { hasSshAgent: true }).agents;
  assert.deepEqual(a?.host.target, { become: true, host: "10.0.0.2", port: 2200, user: "ops" });
});

const faulty: { name: string; text: string; says: string[] }[] = [
  {
    name: "a duplicate agent name is refused with both lines",
    text: `${minimal}${agent("same")}${agent("same")}`,
    says: ['fleet.toml:18: agent "same": agent_info.agent_name: got the name of another agent (line 11)'],
  },
  {
    name: "a missing secret names the command that sets it",
    text: `${minimal.replace("secret:elasticPassword", "secret:nowhere")}${agent("a")}`,
    says: [
      "fleet.toml:3: elastic.elastic_password: got secret:nowhere, which the stack's config does not have",
      "run: pulumi config set --secret nowhere",
    ],
  },
  {
    name: "an unknown key names agent, line and the nearest known key",
    text: `${minimal}${agent("a", "[agents.config.sender]\nbatchsize = 3")}`,
    says: ['fleet.toml:16: agent "a": config.sender.batchsize: got an unknown key', "did you mean batch_size?"],
  },
  {
    name: "a name that cannot be an index, a unit and a directory is refused",
    text: minimal + agent("Web 1"),
    says: ['fleet.toml:11: agent "Web 1": agent_info.agent_name: got "Web 1"; allowed: 1 to 63 of a-z 0-9 - _ .'],
  },
  {
    name: "the name of the index of rejected spans is refused",
    text: minimal + agent("rejected"),
    says: ['got "rejected"; allowed: any name but "assembler" and "rejected"'],
  },
  {
    name: "two agents on one port of one machine are refused",
    text: `${minimal}${agent("aa")}${agent("bb")}`,
    says: ['agent "bb"', 'got port 7899 on 198.51.100.22, which agent "aa" has (line 9)', "set port in [agents.api]"],
  },
  {
    name: "an agent on the assembler's port of the assembler's host is refused",
    text: `${minimal}[assembler.http]\nport = 7899\n${agent("a").replace("198.51.100.21", "198.51.100.10")}`,
    says: [
      'fleet.toml:9: assembler.http.port: got port 7899 on 198.51.100.10, which agent "a" has; allowed: a port of its own',
    ],
  },
  {
    name: "a setting that the assembler does not know is refused in the fleet file already",
    text: `${minimal}[assembler.reading]\npage_siez = 7\n${agent("a")}`,
    says: ["fleet.toml:9: assembler.reading.page_siez: got an unknown key", "did you mean page_size?"],
  },
  {
    name: "a login without any credential is refused, and so is a key that cannot be read",
    text: `${minimal}${agent("a").replace(/ssh_key.*/, "")}${agent("bb").replace(/ssh_key.*/, 'ssh_key_path = "~/.ssh/none"')}`,
    says: [
      'agent "a": agent_info.host_password: got nothing to log in with',
      'agent "bb": agent_info.ssh_key_path: got ~/.ssh/none (no such file)',
    ],
  },
  {
    name: "systemd without root is refused, with the way out",
    text: `${minimal}${agent("a").replace('"root"', '"ops"')}`.replace(
      "[agents.agent_info]",
      "[agents.agent_info]\nbecome = false",
    ),
    says: ['agent_info.become: got false for user "ops"', 'service_manager = "process"'],
  },
  {
    name: "a password in a repository's address is refused without being shown",
    text: `${minimal}${agent("a", '[agents.source]\nrepo = "https://me:hunter2@example.com/a.git"')}`,
    says: ["source.repo: got an address with a password"],
  },
  {
    name: "url and address together are refused, as one would have no effect",
    text: `${minimal.replace("[server]", 'url = "http://x:1"\naddress = "y"\n[server]')}${agent("a")}`,
    says: ["fleet.toml:5: elastic.address: got a value besides url"],
  },
  {
    name: "a host key that is none is refused",
    text: `${minimal}${agent("a").replace("ssh_key", 'host_key = "SHA256:abc"\nssh_key')}`,
    says: ['agent_info.host_key: got "SHA256:abc"; allowed: a public key as in /etc/ssh/ssh_host_ed25519_key.pub'],
  },
  {
    name: "faults of every kind come in one report, in the order of lines",
    text: `[elastic]\nport = 0\n[server]\nip = ""\n${agent("a").replace(/ssh_key.*/, "")}${agent("a")}`,
    says: [
      "elastic.elastic_password: got nothing",
      "elastic.port: got 0",
      'server.ip: got ""',
      "nothing to log in with",
      "the name of another agent",
    ],
  },
  {
    name: "an empty file says what is missing",
    text: "",
    says: ["elastic: got nothing", "server: got nothing", "agents: got nothing"],
  },
];

for (const { name, text, says } of faulty) {
  test(name, () => {
    assert.throws(
      () => read(text),
      (error) => {
        assert.ok(error instanceof FaultsError);
        let from = 0;
        for (const part of says) {
          from = error.message.indexOf(part, from);
          assert.notEqual(from, -1, `expected ${JSON.stringify(part)} in:\n${error.message}`);
        }
        assert.ok(!error.message.includes("hunter2"), error.message);
        return true;
      },
    );
  });
}

test("the example fleet file is right", () => {
  const text = readFileSync(join(__dirname, "../../../examples/fleet.toml"), "utf8");
  const all = { elasticPassword: "x", sshKey: key, data1Password: "y" };
  const fleet = read(text, {
    environment: {},
    secrets: { get: (name) => Reflect.get(all, name), isSecret: () => true },
  });
  assert.deepEqual(
    fleet.agents.map(({ name }) => name),
    ["data-1", "web-1"],
  );
});
