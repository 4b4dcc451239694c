import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { processTable } from "../../testbed/processes/process-table";
import { type Host, openTestbed, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { loginOf, overSsh } from "./ssh-login";

let testbed: Testbed;
let one: Host;
let two: Host;

before(async () => {
  testbed = await openTestbed({ hosts: "process" });
  [one, two] = (await testbed.hosts(["one", "two"])) as [Host, Host];
});
after(() => testbed.close());

test("hosts without root have a home and a host key of their own, and take logins by key", async () => {
  for (const host of [one, two]) {
    const login = await overSsh(loginOf(host), 'cd && pwd && echo "$HOME"');
    assert.deepEqual(login, { hostKey: host.hostKey, stdout: `${host.home}\n${host.home}\n` });
  }
  assert.notEqual(one.home, two.home);
  assert.notEqual(one.hostKey, two.hostKey);
  const { privateKey: _, ...withoutKey } = loginOf(one);
  await assert.rejects(overSsh({ ...withoutKey, password: "x" }, "true"));
  await assert.rejects(overSsh({ ...loginOf(one), privateKey: loginOf(two).privateKey ?? "" }, "true"));
});

test("a process left behind by a login ends with its host's power, and the other host's stays", async () => {
  const leave = "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!";
  const left = Number((await overSsh(loginOf(one), leave)).stdout);
  const stays = Number((await overSsh(loginOf(two), leave)).stdout);
  await one.poweroff();
  await assert.rejects(overSsh(loginOf(one), "true"));
  const alive = processTable().map(({ pid }) => pid);
  assert.deepEqual([alive.includes(left), alive.includes(stays)], [false, true]);
  await one.boot();
  assert.equal((await overSsh(loginOf(one), "echo back")).stdout, "back\n");
});

test("a cut network makes logins hang until it is restored", async () => {
  await one.cutNetwork();
  await assert.rejects(overSsh({ ...loginOf(one), readyTimeout: 500 }, "true"), /[Tt]imed out/);
  await one.restoreNetwork();
  const login = await waitFor(() => overSsh(loginOf(one), "echo back"), { timeoutMs: 10_000, what: "the host" });
  assert.equal(login.stdout, "back\n");
});

test("a rotated host key is what the host then shows", async () => {
  const before = one.hostKey;
  await one.rotateHostKey();
  assert.notEqual(one.hostKey, before);
  assert.equal((await overSsh(loginOf(one), "true")).hostKey, one.hostKey);
});

test("Elasticsearch and the agent's repository are within reach of such a host", async () => {
  const [elasticsearch, repository] = await Promise.all([testbed.elasticsearch(), testbed.agentRepository()]);
  const status = await one.exec(`${one.node} -e 'fetch("${elasticsearch.url}").then((r) => console.log(r.status))'`);
  assert.equal(status.stdout.trim(), "401");
  const head = await one.exec(`git ls-remote ${repository.url} main | cut -f1`);
  assert.equal(head.stdout.trim(), repository.commit);
});
