import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultsError } from "../../../assembler/settings/fault";
import { type FleetSources, readFleet } from "../../../infra/fleet/read-fleet";
import { parseKnownHosts } from "../../../infra/ssh/known-hosts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM5c4f3b43WGyxrtNlBXhJNGiDthF8G1tu/Lf4NXZ0yG";

const sourcesWith = (knownHosts: string | undefined, hostKeys?: "strict"): FleetSources => ({
  environment: {},
  secrets: { get: () => undefined, isSecret: () => true },
  readKey: () => "",
  hasSshAgent: true,
  ...(hostKeys && { hostKeys }),
  ...(knownHosts !== undefined && { knownHosts: { path: "known_hosts", hosts: parseKnownHosts(knownHosts) } }),
});

const fleetText = (login = "") => `[elastic]
elastic_password = "\${PASSWORD:-x}"
[server]
ip = "198.51.100.1"
[[agents]]
[agents.agent_info]
agent_name = "web-1"
user_name = "root"
host_ip = "198.51.100.7"
ssh_port = 2222
${login}`;
const proxy = `[agents.agent_info.proxy]
host_ip = "jump.example.org"
user_name = "ops"
`;

const target = (sources: FleetSources, login = "") =>
  readFleet("fleet.toml", fleetText(login), sources).fleet.agents[0]?.host.target;

function faults(sources: FleetSources, login = ""): string[] {
  try {
    readFleet("fleet.toml", fleetText(login), sources);
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.message.split("\n");
  }
  return [];
}

test("a host and its proxy get the keys that known_hosts has for them", () => {
  const read = target(sourcesWith(`[198.51.100.7]:2222 ${key}\njump.example.org ${other}`, "strict"), proxy);
  assert.equal(read?.hostKey, key);
  assert.equal(read?.proxy?.hostKey, other);
});

test("the fleet file's own key wins over known_hosts", () => {
  const read = target(sourcesWith(`[198.51.100.7]:2222 ${other}`), `host_key = "${key} root@web-1"`);
  assert.equal(read?.hostKey, key);
});

test("strict: every host and proxy without a key is a fault that says how to get it", () => {
  assert.deepEqual(faults(sourcesWith(undefined, "strict"), proxy), [
    'fleet.toml:6: agent "web-1": agent_info.host_key: got nothing; allowed: a key known before, here or in deeptrace:knownHosts, as ' +
      "deeptrace:hostKeys is strict; run: ssh ops@jump.example.org ssh-keyscan -t ed25519 -p 2222 198.51.100.7; compare " +
      '"ssh-keygen -lf" of it with the same of /etc/ssh/ssh_host_ed25519_key.pub on the host\'s own console',
    'fleet.toml:11: agent "web-1": agent_info.proxy.host_key: got nothing; allowed: a key known before, here or in deeptrace:knownHosts, as ' +
      "deeptrace:hostKeys is strict; run: ssh-keyscan -t ed25519 jump.example.org; compare " +
      '"ssh-keygen -lf" of it with the same of /etc/ssh/ssh_host_ed25519_key.pub on the host\'s own console',
  ]);
});

test("accept-new: a host without a key is left to the first contact", () => {
  const read = target(sourcesWith(`web ${key}`), proxy);
  assert.equal(read?.hostKey, undefined);
  assert.equal(read?.proxy?.hostKey, undefined);
});

test("keys that are revoked for the host go along, and one that is both given and revoked is a fault", () => {
  const sources = sourcesWith(`@revoked * ${other}`);
  assert.deepEqual(target(sources)?.revokedHostKeys, [other]);
  assert.match(
    faults(sources, `host_key = "${other}"`).join(),
    /host_key: got SHA256:\S+, which known_hosts marks @revoked; allowed: a key that is not revoked; give the host a new key$/,
  );
});

test("broken lines of known_hosts are faults, lines without effect are warnings", () => {
  const text = `web ssh-ed25519\n@cert-authority * ${key}`;
  assert.deepEqual(faults(sourcesWith(text)), [
    "known_hosts:1: got fewer than three fields; allowed: [@revoked] NAME[,NAME…] TYPE KEY, as ssh-keyscan prints it",
  ]);
  const { warnings } = readFleet("fleet.toml", fleetText(), sourcesWith(`@cert-authority * ${key}`)).fleet;
  assert.ok(warnings.includes("known_hosts:1: ignored: @cert-authority: certificates of hosts are not used here"));
});
