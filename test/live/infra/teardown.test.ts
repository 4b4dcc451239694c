import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import type { Host } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { type FleetAgent, FleetStack } from "./fleet-stack";
import { startPulumi } from "./started-pulumi";

describe("what is rolled out and then taken away", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let stack: FleetStack;
  let hostA: Host;
  let hostB: Host;
  let a: FleetAgent;
  let b: FleetAgent;
  /** Agent a on the other host, where it needs a port of its own. */
  let movedA: FleetAgent;

  before(async () => {
    if (skip) return;
    stack = await FleetStack.open(["a", "b"]);
    [hostA, hostB] = stack.hosts as [Host, Host];
    [a, b] = stack.agents() as [FleetAgent, FleetAgent];
    movedA = { ...a, host: hostB, more: `[agents.config.api]\nport = ${stack.port(hostA)}` };
    stack.write([a, b]);
    await stack.up();
  });
  after(async () => {
    if (!skip) await stack.close();
  });

  /** What there is of an agent on a host: its places, and its unit if that runs. */
  async function traces(name: string, host: Host): Promise<string> {
    const { baseDirectory, configDirectory, stateDirectory, unit, unitFile } = agentLayout(name, "systemd");
    const places = [baseDirectory, configDirectory, stateDirectory, unitFile, `${unitFile}.d`].join(" ");
    return stack.on(host, `ls -d ${places} 2>/dev/null; systemctl is-active --quiet ${unit} && echo ${unit}; true`);
  }

  /** The moment of an agent's last message on a host, or of its first; microseconds since 1970. */
  async function loggedAt(name: string, host: Host, which: "head" | "tail"): Promise<number> {
    const journal = `journalctl -q -o export -u ${agentLayout(name, "systemd").unit}`;
    return Number(await stack.on(host, `${journal} | sed -n 's/^__REALTIME_TIMESTAMP=//p' | ${which} -n 1`));
  }

  test("an agent that moves is ended and cleared on the old host before it is anywhere on the new one", {
    skip,
  }, async () => {
    stack.write([movedA, b]);
    const { changes } = await stack.preview();
    const parts = ["config", "install", "ledger", "service", "source"];
    assert.deepEqual(
      changes,
      parts.map((part) => `update a-${part}`),
    );
    await stack.up();
    assert.equal(await traces("a", hostA), "");
    assert.match(await stack.pid(movedA), /^\d+$/);
    assert.ok((await loggedAt("a", hostA, "tail")) < (await loggedAt("a", hostB, "head")));
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("an agent that leaves the fleet file is cleared by one script, and its neighbour is not touched", {
    skip,
  }, async () => {
    const pid = await stack.pid(b);
    stack.write([b]);
    await stack.up();
    assert.equal(await traces("a", hostB), "");
    assert.equal(await stack.pid(b), pid);
    assert.deepEqual(
      (await stack.resources()).filter((name) => /^a\b/.test(name)),
      [],
    );
  });

  test("a destroy that is killed half way is ended by the next one", { skip }, async () => {
    stack.write([a, b]);
    await stack.up();
    const { lockFile } = agentLayout("a", "systemd");
    await hostA.start("hold", `exec flock ${lockFile} sleep infinity`);
    await waitFor(async () => (await hostA.exec(`flock -n ${lockFile} true`)).code !== 0, {
      timeoutMs: 10_000,
      what: "the lock to be held",
    });
    const destroy = startPulumi(stack.pulumi, ["destroy", "--yes", "--skip-preview"]);
    await waitFor(async () => (await hostA.exec("pgrep -f '[d]eeptrace-teardown@a'")).code === 0, {
      timeoutMs: 60_000,
      what: "the teardown to reach the host",
      hopeless: destroy.over,
    });
    await destroy.kill();
    assert.notEqual(await traces("a", hostA), "");
    await stack.on(hostA, "systemctl stop hold");
    await stack.pulumi.run(["cancel", "--yes"]);
    const again = await stack.run("destroy", "--yes", "--skip-preview");
    assert.equal(again.code, 0, again.stdout);
    assert.deepEqual(await stack.resources(), []);
    assert.equal(await traces("a", hostA), "");
    assert.equal(await traces("b", hostB), "");
  });

  test("an up that is killed half way leaves nothing that a destroy does not find", { skip }, async () => {
    const { lockFile } = agentLayout("a", "systemd");
    await stack.on(hostA, `mkdir -p $(dirname ${lockFile})`);
    await hostA.start("hold", `exec flock ${lockFile} sleep infinity`);
    const up = startPulumi(stack.pulumi, ["up", "--yes", "--skip-preview"]);
    await waitFor(async () => (await hostA.exec("pgrep -f '[d]eeptrace-source@a'")).code === 0, {
      timeoutMs: 60_000,
      what: "the first step to reach the host",
      hopeless: up.over,
    });
    await up.kill();
    await stack.on(hostA, "systemctl stop hold");
    // What the killed one began there goes on without it.
    const { baseDirectory } = agentLayout("a", "systemd");
    await waitFor(async () => (await hostA.exec(`test -d ${baseDirectory}/source/.git`)).code === 0, {
      timeoutMs: 30_000,
      what: "the step to go on",
    });
    await stack.pulumi.run(["cancel", "--yes"]);
    const destroyed = await stack.run("destroy", "--yes", "--skip-preview");
    assert.equal(destroyed.code, 0, destroyed.stdout);
    assert.deepEqual(await stack.resources(), []);
    assert.equal(await traces("a", hostA), "");
  });

  describe("from a host that is gone", { skip }, () => {
    before(async () => {
      stack.write([a, b]);
      await stack.up();
      await hostA.poweroff();
    });

    test("a move fails by default and says how to skip the host; the agent is nowhere else meanwhile", async () => {
      stack.write([movedA, b]);
      const { code, stdout } = await stack.run("up", "--yes", "--skip-preview");
      assert.notEqual(code, 0);
      assert.match(
        stdout,
        /agent "a" \(\S+\): unreachable: .*\? If the host is gone for good, run this again with DEEPTRACE_ON_UNREACHABLE=skip/,
      );
      assert.equal(await traces("a", hostB), "");
    });

    test("an up takes deeptrace:onUnreachable without asking the host", async () => {
      stack.write([a, b]);
      await stack.pulumi.run(["config", "set", "deeptrace:onUnreachable", "skip"]);
      const { stdout } = await stack.up();
      assert.match(stdout, /2 updated\n\s+\d+ unchanged/);
    });

    test("a move by skip leaves the old place with a warning that names it", async () => {
      stack.write([movedA, b]);
      const { stdout } = await stack.up();
      const { baseDirectory, unit } = agentLayout("a", "systemd");
      assert.match(
        stdout,
        /warning: agent "a" \(\S+\): unreachable: .* It is left as it is, as onUnreachable is skip\./,
      );
      assert.ok(stdout.includes(`What may still be there: the agent itself, unit ${unit}, ${baseDirectory}, `), stdout);
      assert.match(await stack.pid(movedA), /^\d+$/);
    });

    test("back again and in the fleet file, the agent there is taken over as it was left", async () => {
      await hostA.boot();
      stack.write([a, b]);
      await stack.up();
      assert.equal(await traces("a", hostB), "");
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
    });

    test("a destroy with DEEPTRACE_ON_UNREACHABLE=skip ends, and clears all others of what is ours alone", async () => {
      await stack.pulumi.run(["config", "set", "deeptrace:onUnreachable", "fail"]);
      await stack.up();
      const foreign = ["/opt/deeptrace/agents/own/tool", "/etc/deeptrace/own.conf", "/var/lib/deeptrace/agents/own"];
      for (const file of foreign) await stack.on(hostB, `mkdir -p $(dirname ${file}) && touch ${file}`);
      await hostA.poweroff();
      const refused = await stack.run("destroy", "--yes", "--skip-preview");
      assert.notEqual(refused.code, 0);
      assert.match(refused.stdout, /run this again with DEEPTRACE_ON_UNREACHABLE=skip/);
      const { code, stdout } = await stack.pulumi.run(["destroy", "--yes", "--skip-preview"], {
        allowFailure: true,
        environment: { DEEPTRACE_ON_UNREACHABLE: "skip" },
      });
      assert.equal(code, 0, stdout);
      assert.deepEqual(await stack.resources(), []);
      assert.equal(await traces("b", hostB), "");
      const left = await stack.on(hostB, "find /opt/deeptrace /etc/deeptrace /var/lib/deeptrace -type f | sort");
      assert.deepEqual(left.split("\n"), [...foreign].sort());
    });
  });
});
