import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { makeKeyPair } from "../../testbed/hosts/ssh-keys";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import type { Host } from "../../testbed/testbed";
import { type FleetAgent, FleetStack } from "./fleet-stack";

describe("a credential that is rotated", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let stack: FleetStack;
  let host: Host;
  /** By password, by key, and by key with a password for sudo. */
  let agents: FleetAgent[] = [];

  before(async () => {
    if (skip) return;
    stack = await FleetStack.open(["a"]);
    host = stack.host("a");
    await stack.on(
      host,
      "useradd -m ops && echo 'ops ALL=(ALL) ALL' > /etc/sudoers.d/ops && mkdir -p /root/.ssh /home/ops/.ssh",
    );
    await setKey();
    await setPassword("ops", "sudoPassword", "first-51c7");
    const withKey = 'ssh_key = "secret:key"';
    agents = [
      { name: "password", host },
      { name: "key", host, login: `user_name = "root"\n${withKey}` },
      { name: "sudo", host, login: `user_name = "ops"\n${withKey}\nhost_password = "secret:sudoPassword"` },
    ].map((agent, index) => ({ ...agent, more: `[agents.config.api]\nport = ${stack.port(host) + index}` }));
    stack.write(agents);
    await stack.up();
  });
  after(async () => {
    if (!skip) await stack.close();
  });

  async function setKey(): Promise<void> {
    const { publicKey, privateKey } = await makeKeyPair(join(stack.testbed.directory, "login.key"));
    await stack.on(host, "tee /root/.ssh/authorized_keys > /home/ops/.ssh/authorized_keys", `${publicKey}\n`);
    await stack.on(host, "chown -R ops /home/ops && chmod -R go= /root/.ssh /home/ops/.ssh");
    await stack.setSecret("key", privateKey);
  }

  async function setPassword(user: string, secret: string, password: string): Promise<void> {
    await stack.on(host, "chpasswd", `${user}:${password}\n`);
    await stack.setSecret(secret, password);
  }

  /** Every file of ours with its inode and the time of its last change, and the pids; a lock carries nothing. */
  async function onHost(): Promise<Record<string, string>> {
    const places = "/opt/deeptrace /etc/deeptrace /etc/systemd/system/deeptrace-*";
    const files = await stack.on(host, `find ${places} -type f ! -name '.*.lock' -printf '%p\\t%i %T@\\n'`);
    const pids = await Promise.all(
      agents.map(async (agent) => [`pid of ${agent.name}`, await stack.pid(agent)] as const),
    );
    return Object.fromEntries([...files.split("\n").map((line) => line.split("\t")), ...pids]);
  }

  /** What an up touches on the host after `rotate`, and which resources it changes. */
  async function touchedBy(rotate: () => Promise<void>): Promise<{ changes: string[]; touched: string[] }> {
    const before = await onHost();
    await rotate();
    const { changes } = await stack.preview();
    await stack.up();
    const after = await onHost();
    assert.deepEqual(Object.keys(after).sort(), Object.keys(before).sort());
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
    return { changes, touched: Object.keys(after).filter((name) => after[name] !== before[name]) };
  }

  const resourcesOf = (...names: string[]) =>
    names
      .flatMap((name) => ["config", "install", "ledger", "service", "source"].map((part) => `update ${name}-${part}`))
      .sort();

  test("a login's password changes that agent's resources and nothing on its host", { skip }, async () => {
    const rotate = () => setPassword("root", "aLogin", "second-93a0e1");
    assert.deepEqual(await touchedBy(rotate), { changes: resourcesOf("password"), touched: [] });
  });

  test("a login's key likewise", { skip }, async () => {
    assert.deepEqual(await touchedBy(setKey), { changes: resourcesOf("key", "sudo"), touched: [] });
  });

  test("a password for sudo likewise", { skip }, async () => {
    const rotate = () => setPassword("ops", "sudoPassword", "second-c09d4f");
    assert.deepEqual(await touchedBy(rotate), { changes: resourcesOf("sudo"), touched: [] });
  });

  test("Elasticsearch's password is written into each configuration, and source and installation are left alone", {
    skip,
  }, async () => {
    const { changes, touched } = await touchedBy(() => stack.setSecret("elasticPassword", "second-elastic-0b7c"));
    assert.deepEqual(
      changes.filter((change) => /-(source|install)$/.test(change)),
      [],
    );
    const layouts = agents.map(({ name }) => agentLayout(name, "systemd"));
    const configs = layouts.map(({ configFile }) => configFile);
    const written = [...configs, ...layouts.map(({ writtenFile }) => writtenFile)];
    const others = touched.filter((name) => !written.includes(name) && !name.startsWith("pid of "));
    assert.deepEqual(others, []);
    for (const file of configs) {
      assert.ok(touched.includes(file));
      assert.match(await stack.on(host, `cat ${file}`), /second-elastic-0b7c/);
    }
  });
});
