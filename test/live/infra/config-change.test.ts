import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { type FleetAgent, FleetStack } from "./fleet-stack";

interface AgentStatus {
  readonly pid: number;
  readonly config_changed: string[];
}

for (const manager of ["systemd", "process"] as const) {
  describe(`a change of an agent's configuration under ${manager}`, async () => {
    const skip = manager === "systemd" && !(await systemdHostsWork()) ? "this machine cannot run systemd hosts" : false;
    const layout = agentLayout("a", manager);
    let stack: FleetStack;
    let agent: FleetAgent;

    before(async () => {
      if (skip) return;
      stack = await FleetStack.open(["a"], manager);
      agent = { name: "a", host: stack.host("a") };
      stack.write();
      await stack.up();
    });
    after(async () => {
      if (!skip) await stack.close();
    });

    const configure = (more: string) => stack.write([{ ...agent, more }]);
    const file = () => stack.on(agent.host, `cat ${layout.configFile}`);
    const log = () =>
      stack.on(agent.host, manager === "systemd" ? `journalctl -u ${layout.unit} -o cat` : `cat ${layout.logFile}`);
    const starts = async () => (await log()).split('"agent started"').length - 1;
    async function status(): Promise<AgentStatus> {
      const answer = await fetch(`http://${agent.host.address}:${stack.port(agent.host)}/api/status`);
      return (await answer.json()) as AgentStatus;
    }
    async function converged(): Promise<void> {
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
      assert.equal(await stack.on(agent.host, `ls ${layout.configDirectory} | grep previous || true`), "");
      assert.equal(String((await status()).pid), await stack.pid(agent));
    }

    test("is taken live where the agent can: it goes on running and has the new values", { skip }, async () => {
      const before = await status();
      configure("[agents.config.sender]\nbatch_size = 16\n[agents.config.ebpf.services]\nshop = 'no-such-shop'");
      await stack.up();
      const now = await status();
      assert.equal(now.pid, before.pid);
      assert.deepEqual(now.config_changed, ["ebpf.services", "sender.batch_size"]);
      assert.match(await file(), /batch_size = 16\n/);
      await converged();
    });

    test("of the Elasticsearch password reaches the running agent, and shows nowhere", { skip }, async () => {
      const before = await status();
      const rotated = `${stack.elasticPassword}-rotated`;
      await stack.setSecret("elasticPassword", rotated);
      const { stdout, stderr } = await stack.up();
      const now = await status();
      assert.equal(now.pid, before.pid);
      assert.ok(now.config_changed.includes("sender.elastic.password"), now.config_changed.join());
      assert.ok((await file()).includes(`"${rotated}"`));
      for (const told of [stdout, stderr, await log()]) assert.equal(told.includes(stack.elasticPassword), false);
      await stack.setSecret("elasticPassword", stack.elasticPassword);
      await stack.up();
      await converged();
    });

    test("restarts the agent once where it must", { skip }, async () => {
      const [before, startsBefore] = [await status(), await starts()];
      configure('[agents.config.api]\nident = "renamed"');
      const { changes } = await stack.preview();
      assert.deepEqual(changes, ["update a-config", "update a-ledger", "update a-service"]);
      await stack.up();
      assert.notEqual((await status()).pid, before.pid);
      assert.equal((await starts()) - startsBefore, 1);
      await converged();
    });

    test("that takes a key away restarts the agent, as an update could not", { skip }, async () => {
      const [{ head }, before] = [stack, await status()];
      stack.head = head.replace(/\[agent_defaults\.config\.ebpf\.services\]\n.*\n/, "");
      configure('[agents.config.api]\nident = "renamed"');
      await stack.up();
      assert.notEqual((await status()).pid, before.pid);
      assert.doesNotMatch(await file(), /services/);
      stack.head = head;
      await converged();
    });

    test("that the agent does not come up with is undone, and the update fails with its last words", {
      skip,
    }, async () => {
      const good = await file();
      configure('[agents.config.api]\naddress = "198.51.100.77"');
      const { code, stdout, stderr } = await stack.run("up", "--yes", "--skip-preview");
      assert.notEqual(code, 0);
      assert.match(
        stdout,
        /agent "a": the new configuration does not hold, so the previous one is back and runs: ended/,
      );
      assert.match(stdout, /api\.address 198\.51\.100\.77, api\.port \d+: cannot listen there \(EADDRNOTAVAIL\)/);
      assert.equal(`${stdout}${stderr}`.includes(stack.elasticPassword), false);
      assert.equal(await file(), good);
      assert.equal(String((await status()).pid), await stack.pid(agent));

      const { observed } = await stack.preview("--refresh");
      assert.match(observed.a?.config ?? "", /^altered: api\.address is "0\.0\.0\.0", should be "198\.51\.100\.77"/);
      configure('[agents.config.api]\naddress = "0.0.0.0"\nident = "mended"');
      await stack.up();
      assert.match(await file(), /ident = "mended"/);
      await converged();
    });

    test("whose step is killed on the host is finished by the next up", { skip }, async () => {
      configure('[agents.config.api]\nident = "cut"');
      // Hosts that are processes share this machine; whose a process is tells its home.
      const script = `until [ -f ${layout.configFile}.previous ]; do :; done
for pid in $(pgrep -f 'sh .*steps [d]eeptrace-config@a'); do
  ! grep -qzx "HOME=$HOME" /proc/$pid/environ || kill -KILL $pid
done`;
      const [{ code }] = await Promise.all([
        stack.run("up", "--yes", "--skip-preview"),
        stack.on(agent.host, "timeout 60 sh", script),
      ]);
      assert.notEqual(code, 0);
      await stack.up();
      assert.match(await file(), /ident = "cut"/);
      await converged();
    });
  });
}
