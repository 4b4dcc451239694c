import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { SystemdHost } from "../../testbed/hosts/systemd-host";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { waitFor } from "../../testbed/wait-for";
import { driftCases } from "./drift-cases";
import { FleetStack } from "./fleet-stack";

const facets = ["source", "install", "config", "service"];

describe("a change by hand", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let stack: FleetStack;

  before(async () => {
    if (skip) return;
    stack = await FleetStack.open(["a", "b"], "systemd");
    stack.write();
    await stack.up();
  });
  after(async () => {
    if (!skip) await stack.close();
  });

  // Two at a time, one on each host: a preview takes no longer for that, and neither may show in the other.
  for (let index = 0; index < driftCases.length; index += 2) {
    const pair = driftCases.slice(index, index + 2).map((drift, at) => ({ ...drift, name: ["a", "b"][at] ?? "" }));
    test(`shows as what it is and is mended alone: ${pair.map(({ by }) => by).join("; ")}`, { skip }, async () => {
      const pids = await Promise.all(stack.agents().map((agent) => stack.pid(agent)));
      for (const { name, alter } of pair) await stack.on(stack.host(name), alter(agentLayout(name, "systemd")));

      const { changes, observed } = await stack.preview("--refresh");
      for (const { name, facet, shows } of pair) assert.match(observed[name]?.[facet] ?? "", shows);
      const expected = pair.flatMap(({ name, facet }) => [
        ...(facet === "steps" ? [] : [`update ${name}-${facet}`]),
        `update ${name}-ledger`,
      ]);
      assert.deepEqual(changes, expected.sort());

      // Pids from before: what was altered may itself have been a start.
      const altered = await Promise.all(stack.agents().map((agent) => stack.pid(agent).catch(() => "")));
      await stack.up("--refresh");
      const mended = await Promise.all(stack.agents().map((agent) => stack.pid(agent)));
      for (const [at, { restarts, by }] of pair.entries()) {
        const wasAlive = altered[at] !== "";
        assert.equal(mended[at] !== (wasAlive ? altered[at] : pids[at]), restarts === true, by);
      }
    });
  }

  test("is gone after all heals, and a preview that expects no changes passes", { skip }, async () => {
    const { code, stdout } = await stack.run("preview", "--refresh", "--expect-no-changes", "--diff");
    assert.equal(code, 0, stdout);
    const units = await stack.on(stack.host("a"), "systemctl list-units --plain --no-legend 'mine*'");
    assert.equal(units, "", "a copy started by hand is ended");
  });

  test("shows as the whole agent where a host was rebuilt; one that is down is named and left for later", {
    skip,
  }, async () => {
    const [a, b] = [stack.host("a"), stack.host("b")];
    assert.ok(a instanceof SystemdHost);
    await Promise.all([a.rebuild({ keepingKey: true }), b.poweroff()]);
    const { changes, observed } = await stack.preview("--refresh");
    for (const facet of facets) {
      assert.equal(observed.a?.[facet], "absent");
      assert.match(observed.b?.[facet] ?? "", /^unreachable: /);
    }
    for (const facet of facets) assert.ok(changes.includes(`update a-${facet}`), changes.join());

    const { code, stdout } = await stack.run("up", "--refresh", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(stdout, /agent "b" \(.*\): unreachable: .*is the host up/);
    assert.match(await stack.pid({ name: "a", host: a }), /^\d+$/);
    await b.boot();
    const { changes: left } = await stack.preview("--refresh");
    assert.deepEqual(left, []);
  });

  test("of the host's key is refused until the fleet file accepts it, and then a rebuilt host is rolled out", {
    skip,
  }, async () => {
    const b = stack.host("b");
    assert.ok(b instanceof SystemdHost);
    await b.rebuild({ keepingKey: false });
    const { observed } = await stack.preview("--refresh");
    for (const facet of facets)
      assert.match(observed.b?.[facet] ?? "", /^host key changed: pinned SHA256:\S+, host shows/);
    const refused = await stack.run("up", "--refresh", "--yes", "--skip-preview");
    assert.notEqual(refused.code, 0);
    const [, key] = /If the host was rebuilt, set host_key = "(ssh-ed25519 \S+)"/.exec(refused.stdout) ?? [];
    assert.equal(key, b.hostKey);

    const login = `user_name = "${b.user}"\n${stack.login(b)}\nhost_key = "${key}"`;
    stack.write(stack.agents().map((agent) => (agent.name === "b" ? { ...agent, login } : agent)));
    await stack.up("--refresh");
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  // What is left of the score: it is root with CAP_SYS_PTRACE and CAP_BPF, sees all processes and uses the network.
  test("of the unit that widens an agent's rights beyond what it needs is noticed", { skip }, async () => {
    const { unit } = agentLayout("a", "systemd");
    const report = await stack.on(stack.host("a"), `systemd-analyze security --no-pager ${unit} | tail -n 1`);
    assert.ok(Number(/: ([\d.]+) /.exec(report)?.[1]) <= 3.0, report);
  });

  test("of the unit that takes rights which an agent needs is noticed: it attaches to processes of others", {
    skip,
  }, async () => {
    const [a, b] = stack.agents();
    assert.ok(a && b);
    const login = `user_name = "${b.host.user}"\n${stack.login(b.host)}\nhost_key = "${b.host.hostKey}"`;
    await a.host.start("watched", "exec setpriv --reuid nobody --clear-groups sleep 1000");
    stack.write([
      { ...a, more: '[agents.config.ebpf.services]\nwatched = "^sleep 1000"' },
      { ...b, login },
    ]);
    await stack.up();
    const tracer = async () => stack.on(a.host, "sed -n 's/^TracerPid:\\s*//p' /proc/$(pgrep -xu nobody sleep)/status");
    await waitFor(async () => (await tracer()) !== "0", { timeoutMs: 20_000, what: "the agent to attach" });
  });
});
