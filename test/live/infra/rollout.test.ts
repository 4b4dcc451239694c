import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { waitFor } from "../../testbed/wait-for";
import { FleetStack } from "./fleet-stack";

for (const manager of ["systemd", "process"] as const) {
  describe(`a fleet under ${manager}`, async () => {
    const skip = manager === "systemd" && !(await systemdHostsWork()) ? "this machine cannot run systemd hosts" : false;
    let stack: FleetStack;

    before(async () => {
      if (skip) return;
      stack = await FleetStack.open(["a", "b"], manager);
      stack.write();
    });
    after(async () => {
      if (!skip) await stack.close();
    });

    test("is rolled out by one up; a second up and a preview with refresh change nothing", { skip }, async () => {
      await stack.up();
      const pids = await Promise.all(stack.agents().map((agent) => stack.pid(agent)));
      const second = await stack.up("--expect-no-changes");
      assert.match(second.stdout, /13 unchanged/);
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
      assert.deepEqual(await Promise.all(stack.agents().map((agent) => stack.pid(agent))), pids);
    });

    test("previews no change when the agents of the file change places", { skip }, async () => {
      stack.write(stack.agents().reverse());
      assert.deepEqual((await stack.preview()).changes, []);
      stack.write();
    });

    // All that can drift is in drift.test.ts.
    test("fails a preview that expects no changes and shows the drift, which an up with refresh mends alone", {
      skip,
    }, async () => {
      const host = stack.host("a");
      const pid = await stack.pid({ name: "a", host });
      await stack.on(host, `sed -i 's/^batch_size = .*/batch_size = 9/' ${agentLayout("a", manager).configFile}`);
      const { code, stdout } = await stack.run("preview", "--refresh", "--diff", "--expect-no-changes");
      assert.notEqual(code, 0);
      assert.match(stdout, /config *: "sha256:[0-9a-f]{12} .*" => "altered: sender\.batch_size is 9, should be 1024"/);
      assert.match((await stack.up("--refresh")).stdout, /2 updated\n\s+11 unchanged/);
      assert.equal(await stack.pid({ name: "a", host }), pid);
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
    });

    test("passes a change of one agent's configuration on to that agent alone, which takes it while it runs", {
      skip,
    }, async () => {
      const [a, b] = stack.agents();
      assert.ok(a && b);
      const [pidA, pidB] = [await stack.pid(a), await stack.pid(b)];
      stack.write([{ ...a, more: "[agents.config.sender]\nbatch_size = 16" }, b]);
      const { changes } = await stack.preview();
      assert.deepEqual(changes, ["update a-config", "update a-ledger", "update a-service"]);
      assert.match((await stack.run("preview", "--diff")).stdout, /- batch_size = 1024\n *\+ batch_size = 16\n/);
      await stack.up();
      assert.equal(await stack.pid(a), pidA);
      assert.equal(await stack.pid(b), pidB);
      assert.match(await stack.on(a.host, `cat ${agentLayout("a", manager).configFile}`), /batch_size = 16/);
      stack.write();
      await stack.up();
    });

    if (manager === "systemd") {
      test("has systemd's running targets want the new units, by one reading of all units on each host", {
        skip,
      }, async () => {
        for (const { name, host } of stack.agents()) {
          const { unit } = agentLayout(name, manager);
          const wants = "systemctl show multi-user.target -p Wants --value";
          await waitFor(async () => (await stack.on(host, wants)).split(" ").includes(unit), {
            timeoutMs: 60_000,
            what: `multi-user.target to want ${unit}`,
          });
          assert.equal(await stack.on(host, "ls /run/systemd/transient"), "");
        }
      });
    }

    // Process hosts share one address.
    if (manager === "systemd") {
      test("moves an agent to another host and clears the old one first", { skip }, async () => {
        const [a, b] = stack.agents();
        assert.ok(a && b);
        const [from, to] = [a.host, b.host];
        // On the other host it needs a port of its own.
        const port = `[agents.config.api]\nport = ${stack.port(from) + 1}`;
        stack.write([{ ...a, host: to, more: port }, b]);
        const { changes } = await stack.preview();
        assert.ok(changes.includes("update a-ledger") && changes.includes("update a-service"), changes.join());
        await stack.up();
        const { baseDirectory, unitFile } = agentLayout("a", manager);
        assert.equal(await stack.on(from, `ls -d ${baseDirectory} ${unitFile} 2>/dev/null || true`), "");
        assert.match(await stack.pid({ name: "a", host: to }), /^\d+$/);
        assert.deepEqual((await stack.preview("--refresh")).changes, []);
        stack.write();
        await stack.up();
      });
    }

    test("destroy leaves no process, no file and no unit behind, and only what is ours goes", { skip }, async () => {
      const { host } = stack.agents()[0] ?? assert.fail();
      const layout = agentLayout("a", manager);
      const parent = layout.parents[0] ?? "";
      await stack.on(host, `touch ${parent}/precious`);
      const destroyed = await stack.run("destroy", "--yes");
      assert.equal(destroyed.code, 0, destroyed.stdout);
      for (const { name, host } of stack.agents()) {
        const { baseDirectory, configDirectory, stateDirectory, unitFile } = agentLayout(name, manager);
        const places = [baseDirectory, configDirectory, stateDirectory, unitFile, `${unitFile}.d`];
        assert.equal(await stack.on(host, `for p in ${places.join(" ")}; do [ ! -e $p ] || echo $p; done`), "");
        // Hosts that are processes share this machine with those of other tests.
        const pattern = manager === "systemd" ? `[a]gents/${name}/` : `$HOME/[.]deeptrace/agents/${name}/`;
        await waitFor(async () => (await stack.on(host, `pgrep -f "${pattern}" || true`)) === "", {
          timeoutMs: 5000,
          what: `the end of agent ${name}`,
        });
      }
      assert.equal(await stack.on(host, `ls ${parent}`), "precious");
      assert.deepEqual(await stack.resources(), []);
    });
  });
}
