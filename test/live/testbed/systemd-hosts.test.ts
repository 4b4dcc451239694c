import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { type Host, openTestbed, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { loginOf, overSsh } from "./ssh-login";

describe("hosts with systemd", async () => {
  if (!(await systemdHostsWork())) return test("hosts with systemd", { skip: "containers need root" });

  let testbed: Testbed;
  let hosts: Host[];
  let startMs: number;
  const host = (index: number): Host => {
    const found = hosts[index];
    assert.ok(found);
    return found;
  };

  before(async () => {
    testbed = await openTestbed({ hosts: "systemd" });
    const started = performance.now();
    hosts = await testbed.hosts(["one", "two", "three"]);
    startMs = performance.now() - started;
  });
  after(() => testbed.close());

  test("three start within ten seconds", () => assert.ok(startMs < 10_000, `took ${startMs} ms`));

  test("each takes its own password and shows its own host key", async () => {
    for (const each of hosts) {
      const login = await overSsh(loginOf(each), "hostname");
      assert.deepEqual(login, { hostKey: each.hostKey, stdout: `${each.name}\n` });
    }
    assert.equal(new Set(hosts.map((each) => each.hostKey)).size, 3);
    await assert.rejects(overSsh({ ...loginOf(host(0)), password: "wrong" }, "true"));
  });

  test("they reach each other and this machine, and nothing beyond", async () => {
    for (const each of hosts) {
      const greeting = await host(0).exec(`timeout 3 bash -c 'head -c 7 </dev/tcp/${each.address}/${each.port}'`);
      assert.equal(greeting.stdout, "SSH-2.0");
    }
    assert.equal((await host(0).exec("ip route")).stdout.trim().split("\n").length, 1);
    assert.notEqual((await host(0).exec("timeout 3 bash -c '</dev/tcp/192.0.2.1/80'")).code, 0);
  });

  test("each has a Node, a Python with an HTTP server, and a systemd without failed units", async () => {
    for (const each of hosts) {
      assert.equal((await each.exec(`${each.node} --version`)).stdout.trim(), process.version);
      assert.equal((await each.exec("python3 -c 'import http.server, http.client, threading'")).code, 0);
      assert.equal((await each.exec("systemctl is-system-running")).stdout.trim(), "running");
    }
  });

  test("a service of the same name on two hosts is stopped on one and goes on running on the other", async () => {
    await Promise.all([0, 1].map((index) => host(index).start("twin", "exec sleep 1000")));
    assert.equal((await host(0).exec("systemctl stop twin")).code, 0);
    assert.equal((await host(0).exec("systemctl is-active twin")).stdout.trim(), "inactive");
    assert.equal((await host(1).exec("systemctl is-active twin")).stdout.trim(), "active");
  });

  test("what is started stays, with its shell variables untouched", async () => {
    await host(2).start("stays", 'greeting=hello; echo "$greeting" > /tmp/greeting; exec sleep 1000');
    const said = await waitFor(async () => (await host(2).exec("cat /tmp/greeting")).stdout, {
      timeoutMs: 5_000,
      what: "the greeting",
    });
    assert.equal(said, "hello\n");
  });

  test("a host that lost its power keeps its disk and starts its enabled services again", async () => {
    const unit = "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n";
    const enable = "cat > /etc/systemd/system/kept.service && systemctl enable --now kept";
    assert.equal((await host(1).exec(enable, { stdin: unit })).code, 0);
    await host(1).exec("sync");
    await host(1).poweroff();
    await assert.rejects(overSsh(loginOf(host(1)), "true"));
    await assert.rejects(host(1).exec("true"), /switched off/);
    await host(1).boot();
    const login = await overSsh(loginOf(host(1)), "systemctl is-active kept");
    assert.deepEqual(login, { hostKey: host(1).hostKey, stdout: "active\n" });
  });

  test("a cut network hides a host until it is restored; its console still works", async () => {
    await host(2).cutNetwork();
    await assert.rejects(overSsh(loginOf(host(2)), "true"));
    assert.equal((await host(2).exec("hostname")).stdout, "three\n");
    await host(2).restoreNetwork();
    const login = await waitFor(() => overSsh(loginOf(host(2)), "hostname"), { timeoutMs: 10_000, what: "the host" });
    assert.equal(login.stdout, "three\n");
  });

  test("a rotated host key is another one, and is what the host then shows", async () => {
    const before = host(0).hostKey;
    await host(0).rotateHostKey();
    assert.notEqual(host(0).hostKey, before);
    assert.equal((await overSsh(loginOf(host(0)), "true")).hostKey, host(0).hostKey);
  });
});
