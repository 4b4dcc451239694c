import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assemblerBundle, assemblerLayout, type HostLayout } from "../../../infra/host-scripts/host-layout";
import { freePort } from "../../testbed/free-port";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { FleetStack } from "./fleet-stack";

const drifts: { facet: string; by: string; alter: (layout: HostLayout, manager: string) => string; shows: RegExp }[] = [
  {
    facet: "install",
    by: "an altered program",
    alter: (layout) => `echo >> ${assemblerBundle(layout)}`,
    shows: /version [0-9a-f]{12} instead of [0-9a-f]{12}/,
  },
  {
    facet: "config",
    by: "an edited value",
    alter: ({ configFile }) => `sed -i 's/^page_size = .*/page_size = 7/' ${configFile}`,
    shows: /altered: reading\.page_size is 7, should be 5000/,
  },
  {
    facet: "service",
    by: "a stopped service",
    alter: ({ unit, pidFile }, manager) =>
      manager === "systemd"
        ? `systemctl stop ${unit}`
        : `kill $(cat ${pidFile}); while pgrep -f "$HOME/.deeptrace/[a]ssembler/state/.supervisor" >/dev/null; do :; done`,
    shows: /inactive \(stopped\)/,
  },
];

for (const manager of ["systemd", "process"] as const) {
  describe(`the assembler under ${manager}`, async () => {
    const skip = manager === "systemd" && !(await systemdHostsWork()) ? "this machine cannot run systemd hosts" : false;
    const layout = assemblerLayout(manager);
    let stack: FleetStack;
    let port = 0;

    before(async () => {
      if (skip) return;
      stack = await FleetStack.open(["server"], manager);
      port = await freePort();
      const server = stack.host("server");
      stack.head = stack.head.replace(
        "[agent_defaults.source]",
        `ssh_port = ${server.port}\nuser_name = "${server.user}"\n${stack.login(server)}\nservice_manager = "${manager}"\n` +
          `[assembler.http]\nport = ${port}\n[agent_defaults.source]`,
      );
      stack.write();
    });
    after(async () => {
      if (!skip) await stack.close();
    });

    test("is up and answers after one up, and a second up changes nothing", { skip }, async () => {
      await stack.up();
      const host = stack.host("server");
      const ask = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET /health/live HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3`;
      assert.match(await stack.on(host, `bash -c "${ask.replaceAll('"', '\\"')}"`), /200 OK/);
      if (manager === "systemd") {
        assert.equal(await stack.on(host, `systemctl is-active ${layout.unit}`), "active");
        assert.equal(await stack.on(host, `systemctl show ${layout.unit} -p DynamicUser --value`), "yes");
        assert.match(await stack.on(host, `stat -c '%a %U:%G' ${layout.configFile}`), /^600 root:root$/);
        const exposure = await stack.on(host, `systemd-analyze security --no-pager ${layout.unit} | tail -n 1`);
        assert.ok(Number(/: ([\d.]+) /.exec(exposure)?.[1]) <= 2.0, exposure);
      }
      assert.match((await stack.up("--expect-no-changes")).stdout, /unchanged/);
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
    });

    for (const { facet, by, alter, shows } of drifts) {
      test(`previews ${by} as drift of ${facet} and mends it`, { skip }, async () => {
        await stack.on(stack.host("server"), alter(layout, manager));
        const { changes, observed } = await stack.preview("--refresh");
        // Mending the installation takes another upload.
        const steps = ["update assembler-ledger", `update assembler-${facet}`];
        const upload = changes.filter((change) => change.endsWith("assembler-upload"));
        assert.deepEqual(
          changes.filter((change) => !change.endsWith("assembler-upload")),
          steps.sort(),
        );
        assert.equal(upload.length > 0, facet === "install");
        assert.match(observed.assembler?.[facet] ?? "", shows);
        await stack.up("--refresh");
        assert.deepEqual((await stack.preview("--refresh")).changes, []);
      });
    }

    test("gets its old configuration back if it does not come up with a new one", { skip }, async () => {
      const [host, head] = [stack.host("server"), stack.head];
      const good = await stack.on(host, `cat ${layout.configFile}`);
      stack.head = head.replace("[assembler.http]", '[assembler.http]\naddress = "198.51.100.77"');
      stack.write();
      const { code, stdout } = await stack.run("up", "--yes", "--skip-preview");
      assert.notEqual(code, 0);
      const how = manager === "systemd" ? "did not start" : "ended right after its start";
      assert.match(
        stdout,
        new RegExp(`assembler: the new configuration does not hold, so the previous one is back and runs: ${how}`),
      );
      assert.equal(await stack.on(host, `cat ${layout.configFile}`), good);
      stack.head = head;
      stack.write();
      await stack.up("--refresh");
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
    });

    test("says clearly when the host has no Node.js, and leaves the agent of that host alone", { skip }, async () => {
      const head = stack.head;
      stack.head = head.replace("[assembler.http]", 'node = "/nowhere/node"\n[assembler.http]');
      stack.write();
      const { code, stdout } = await stack.run("up", "--yes");
      assert.notEqual(code, 0);
      assert.match(stdout, /assembler: \/nowhere\/node is missing on this host: install Node\.js 20 or later/);
      stack.head = head;
      stack.write();
      await stack.up();
    });

    test("leaves nothing behind after destroy", { skip }, async () => {
      const host = stack.host("server");
      const destroyed = await stack.run("destroy", "--yes");
      assert.equal(destroyed.code, 0, destroyed.stdout);
      const { baseDirectory, configDirectory, stateDirectory, unitFile } = layout;
      const places = [baseDirectory, configDirectory, stateDirectory, unitFile];
      assert.equal(await stack.on(host, `for p in ${places.join(" ")}; do [ ! -e $p ] || echo $p; done`), "");
      assert.equal(
        await stack.on(
          host,
          `pgrep -f '[d]eeptrace-assembler.js --config ${manager === "process" ? stack.host("server").home : ""}' || true`,
        ),
        "",
      );
    });
  });
}
