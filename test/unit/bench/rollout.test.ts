import assert from "node:assert/strict";
import { test } from "node:test";
import { recapOf } from "../../../bench/rollout/ansible-contender";
import { figuresOf, growthExponent, median } from "../../../bench/rollout/figures";
import { fleetText, inventoryText, planAgents } from "../../../bench/rollout/fleet-plan";
import { parseRollup } from "../../../bench/rollout/process-memory";
import { readFleet } from "../../../infra/fleet/read-fleet";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBs1DLQq3+Zs0ZC1bJ1nJ3mYt5iGkKpQvZ8sT0eY1qXu";
const hosts = [1, 2, 3].map((number) => ({ address: `198.18.0.${number}`, hostKey }));
const source = {
  repository: { url: "git://198.18.0.9:9418/agent.git", commit: "c".repeat(40) },
  keyFile: "/somewhere/key",
  elasticUrl: "http://198.18.0.9:9200",
};

test("agents are dealt out evenly over the hosts, and a larger fleet holds the smaller one", () => {
  const agents = planAgents(hosts, 7, "a");
  assert.deepEqual(
    agents.map(({ name, host, apiPort }) => `${name} ${host.address}:${apiPort}`),
    [
      "a000 198.18.0.1:7900",
      "a001 198.18.0.2:7900",
      "a002 198.18.0.3:7900",
      "a003 198.18.0.1:7901",
      "a004 198.18.0.2:7901",
      "a005 198.18.0.3:7901",
      "a006 198.18.0.1:7902",
    ],
  );
  assert.deepEqual(planAgents(hosts, 3, "a"), agents.slice(0, 3));
});

test("both contenders are told of the same agents, by a fleet file without warnings and by an inventory", () => {
  const agents = planAgents(hosts, 5, "a");
  const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----\n";
  const { fleet } = readFleet("fleet.toml", fleetText(agents, source), {
    environment: {},
    secrets: { get: () => "secret", isSecret: () => true },
    readKey: () => key,
    hasSshAgent: false,
  });
  const own = fleet.agents.map(({ name, host, config, source: { repo, ref } }) => [
    name,
    host.target.host,
    config.api.port,
    repo,
    ref,
  ]);
  const places = { knownHostsFile: "/k", controlDirectory: "/c", elasticPassword: "secret" };
  const { all } = JSON.parse(inventoryText(agents, source, places));
  const told = Object.entries<{ ansible_host: string; api_port: number }>(all.hosts).map(([name, each]) => [
    name,
    each.ansible_host,
    each.api_port,
    all.vars.repo,
    all.vars.commit,
  ]);
  assert.deepEqual(told, own);
  assert.equal(
    new Set(Object.values<{ ansible_control_path: string }>(all.hosts).map((each) => each.ansible_control_path)).size,
    5,
  );
});

test("figures are ratios of medians, and linear growth has the exponent 1", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([1, 2]), 1.5);
  assert.equal(growthExponent(3, 12), 1);
  const figures = figuresOf({
    rollouts: [10, 12],
    ansibleRollouts: [44, 48],
    previews: [5, 4, 6],
    ansibleChecks: [50, 55, 52],
    healHostsTouched: 1,
    previews200: [20, 19, 21],
    peak: { proportional: 7e8, resident: 9e8 },
  });
  assert.equal(figures.rollout_vs_ansible, 0.25);
  assert.equal(figures.preview_vs_ansible_check, 0.1);
  assert.equal(figures.growth_exponent, 1);
  assert.equal(figures.preview200_peak_mb, 700);
});

test("Ansible's recap is read agent by agent", () => {
  const line = (name: string, changed: number, failed: number) =>
    `${name}   : ok=6    changed=${changed}    unreachable=0    failed=${failed}    skipped=0    rescued=0    ignored=0`;
  const output = ["PLAY RECAP ****", line("a000", 7, 0), line("a001", 0, 0), line("a002", 2, 1), ""].join("\n");
  assert.deepEqual(recapOf(output), { agents: 3, changed: 2, failed: 1 });
});

test("a process' memory is read in bytes, and that of one which has ended is none", () => {
  const text = "00400000-7ffe [rollup]\nRss:  2048 kB\nPss:  1024 kB\nPss_Dirty:  9 kB\n";
  assert.deepEqual(parseRollup(text), { proportional: 1024 ** 2, resident: 2 * 1024 ** 2 });
  assert.deepEqual(parseRollup(""), { proportional: 0, resident: 0 });
});
