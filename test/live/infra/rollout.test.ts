import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout, type HostLayout } from "../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { waitFor } from "../../testbed/wait-for";
import { FleetStack } from "./fleet-stack";

interface Drift {
  readonly facet: string;
  readonly by: string;
  /** Shell text that alters the host. */
  readonly alter: (layout: HostLayout, manager: string) => string;
  /** What a preview shows of it. */
  readonly shows: RegExp;
  readonly restarts: boolean;
}

const drifts: Drift[] = [
  {
    facet: "source",
    by: "an edited script",
    alter: ({ sourceDirectory }) => `echo >> ${sourceDirectory}/scripts/run_agent.sh`,
    shows: /at [0-9a-f]{12}, dirty: scripts\/run_agent\.sh/,
    restarts: false,
  },
  {
    facet: "install",
    by: "an altered program",
    alter: ({ installDirectory }) => `echo >> ${installDirectory}/agent.js`,
    shows: /installed from [0-9a-f]{12}, altered: agent\.js/,
    restarts: false,
  },
  {
    facet: "config",
    by: "an edited value",
    alter: ({ configFile }) => `sed -i 's/^batch_size = .*/batch_size = 7/' ${configFile}`,
    shows: /altered: sender\.batch_size is 7, should be 1024/,
    restarts: false,
  },
  {
    facet: "service",
    by: "a stopped service",
    alter: ({ unit, pidFile }, manager) =>
      manager === "systemd" ? `systemctl stop ${unit}` : `kill $(cat ${pidFile})`,
    shows: /inactive \(stopped\)/,
    restarts: true,
  },
];

const systemdDrifts: Drift[] = [
  {
    facet: "config",
    by: "a readable secret",
    alter: ({ configFile }) => `chmod 644 ${configFile}`,
    shows: /sha256:[0-9a-f]{12} 0644 root:root/,
    restarts: false,
  },
  {
    facet: "service",
    by: "a disabled, edited and overridden unit",
    alter: ({ unit, unitFile }) =>
      `systemctl disable ${unit} 2>/dev/null && echo '# mine' >> ${unitFile} && ` +
      `mkdir -p ${unitFile}.d && printf '[Service]\\nNice=5\\n' > ${unitFile}.d/own.conf && systemctl daemon-reload`,
    shows:
      /active, disabled, unit file altered, overridden by \/etc\/systemd\/system\/deeptrace-agent@a\.service\.d\/own\.conf, runs/,
    restarts: false,
  },
];

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

    for (const drift of manager === "systemd" ? [...drifts, ...systemdDrifts] : drifts) {
      const mended = drift.restarts ? "by a start" : "without a restart";
      test(`previews ${drift.by} as ${drift.facet} of that agent alone, and mends it ${mended}`, { skip }, async () => {
        const host = stack.host("a");
        const agent = { name: "a", host };
        const pid = await stack.pid(agent);
        await stack.on(host, drift.alter(agentLayout("a", manager), manager));
        const { changes, observed } = await stack.preview("--refresh");
        assert.deepEqual(changes, ["update a-ledger", `update a-${drift.facet}`].sort());
        assert.match(observed.a?.[drift.facet] ?? "", drift.shows);

        const { stdout: healed } = await stack.up("--refresh");
        assert.match(healed, /2 updated\n\s+11 unchanged/);
        assert.equal((await stack.pid(agent)) !== pid, drift.restarts);
      });
    }

    test("fails a preview that expects no changes and shows the drift; nothing is left of it after all heals", {
      skip,
    }, async () => {
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
      const host = stack.host("a");
      await stack.on(host, `sed -i 's/^batch_size = .*/batch_size = 9/' ${agentLayout("a", manager).configFile}`);
      const { code, stdout } = await stack.run("preview", "--refresh", "--diff", "--expect-no-changes");
      assert.notEqual(code, 0);
      assert.match(stdout, /config *: "sha256:[0-9a-f]{12} .*" => "altered: sender\.batch_size is 9, should be 1024"/);
      await stack.up("--refresh");
    });

    test("passes a change of configuration and of one agent's version on to that agent alone", { skip }, async () => {
      const [a, b] = stack.agents();
      assert.ok(a && b);
      const [pidA, pidB] = [await stack.pid(a), await stack.pid(b)];
      stack.write([{ ...a, more: "[agents.config.sender]\nbatch_size = 16" }, b]);
      const { changes } = await stack.preview();
      assert.deepEqual(changes, ["update a-config", "update a-ledger", "update a-service"]);
      await stack.up();
      assert.notEqual(await stack.pid(a), pidA);
      assert.equal(await stack.pid(b), pidB);
      assert.match(await stack.on(a.host, `cat ${agentLayout("a", manager).configFile}`), /batch_size = 16/);
      stack.write();
      await stack.up();
    });

    const cannotMove = skip || (manager === "process" ? "process hosts share one address" : false);
    test("moves an agent to another host and clears the old one first", { skip: cannotMove }, async () => {
      const [a, b] = stack.agents();
      assert.ok(a && b);
      const [from, to] = [a.host, b.host];
      // On the other host it needs a port of its own.
      const port = `[agents.config.api]\nport = ${stack.port(from) + 1}`;
      stack.write([{ ...a, host: to, more: port }, b]);
      const { changes } = await stack.preview();
      assert.ok(changes.includes("replace a-source") && changes.includes("replace a-service"), changes.join());
      await stack.up();
      const { baseDirectory, unitFile } = agentLayout("a", manager);
      assert.equal(await stack.on(from, `ls -d ${baseDirectory} ${unitFile} 2>/dev/null || true`), "");
      assert.match(await stack.pid({ name: "a", host: to }), /^\d+$/);
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
      stack.write();
      await stack.up();
    });

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
        await waitFor(async () => (await stack.on(host, `pgrep -f '[a]gents/${name}/' || true`)) === "", {
          timeoutMs: 5000,
          what: `the end of agent ${name}`,
        });
      }
      assert.equal(await stack.on(host, `ls ${parent}`), "precious");
      assert.deepEqual(await stack.resources(), []);
    });
  });
}
