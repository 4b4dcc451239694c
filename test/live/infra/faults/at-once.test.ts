import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../../testbed/hosts/systemd-support";
import { openTestbed, type Testbed } from "../../../testbed/testbed";
import { waitFor } from "../../../testbed/wait-for";
import { FaultedFleet } from "./faulted-fleet";
import { hold, reached, release, stepsOn } from "./holds";

describe("rollouts that get in each other's way", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let fleet: FaultedFleet;
  let other: Testbed;

  before(async () => {
    if (skip) return;
    [fleet, other] = await Promise.all([FaultedFleet.open(["a"]), openTestbed()]);
  });
  after(async () => {
    await other?.close();
    await fleet?.close();
  });

  test("a second up of the same stack is told that it is locked, and the first one ends well", { skip }, async () => {
    const host = fleet.host("a");
    await hold(host, "install");
    const first = fleet.startUp();
    await reached(host, "install", first.over);
    const second = await fleet.startUp().done;
    assert.notEqual(second.code, 0);
    assert.match(second.stdout + second.stderr, /the stack is currently locked/);
    await release(host, "install");
    await fleet.converge(first);
  });

  test("an up of another stack for the same agent waits for each step of the first, and both end well", {
    skip,
  }, async () => {
    const host = fleet.host("a");
    const pulumi = await other.pulumi();
    const secrets = { elasticPassword: fleet.stack.elasticPassword, aLogin: host.password ?? "" };
    await pulumi.run(["config", "set", "deeptrace:fleet", fleet.stack.fleetFile]);
    await pulumi.run(["config", "set", "deeptrace:register", "false"]);
    for (const [name, value] of Object.entries(secrets))
      await pulumi.run(["config", "set", "--secret", name], { stdin: value });
    await fleet.publish("second release");
    await hold(host, "install");
    const first = fleet.startUp();
    await reached(host, "install", first.over);
    const second = fleet.startUp(pulumi);
    await stepsOn(host, 2, second.over);
    await release(host, "install");
    for (const { code, stdout } of await Promise.all([first.done, second.done])) assert.equal(code, 0, stdout);
    await fleet.prove();
  });

  test("a Pulumi that is killed between two steps leaves its own lock; once that is cancelled, one up goes on", {
    skip,
  }, async () => {
    const host = fleet.host("a");
    await fleet.publish("third release");
    fleet.write(300);
    await hold(host, "install");
    const up = fleet.startUp();
    await reached(host, "install", up.over);
    // Whoever waits for the host's lock gets it between two steps.
    const { lockFile } = agentLayout("a", host.serviceManager);
    await host.start("between", `exec flock ${lockFile} sh -c 'touch /run/between && exec sleep infinity'`);
    await waitFor(async () => (await host.exec("pgrep -f '^flock '")).code === 0, {
      timeoutMs: 10_000,
      what: "the wait for the lock",
    });
    await release(host, "install");
    await waitFor(async () => (await host.exec("test -e /run/between")).code === 0, {
      timeoutMs: 30_000,
      what: "the installation to end",
      hopeless: up.over,
    });
    await stepsOn(host, 1, up.over);
    await up.kill();

    const locked = await fleet.startUp().done;
    assert.notEqual(locked.code, 0);
    assert.match(locked.stdout + locked.stderr, /the stack is currently locked.*pulumi cancel/s);
    await fleet.stack.pulumi.run(["cancel", "--yes"]);
    const next = fleet.startUp();
    await stepsOn(host, 2, next.over);
    await fleet.stack.on(host, "systemctl stop between");
    await fleet.converge(next);
  });

  test("a Pulumi that is killed in the middle of a step is taken up where it was", { skip }, async () => {
    const host = fleet.host("a");
    fleet.write(400);
    await hold(host, "config");
    const up = fleet.startUp();
    await reached(host, "config", up.over);
    await up.kill();
    await fleet.stack.pulumi.run(["cancel", "--yes"]);
    const next = fleet.startUp();
    await stepsOn(host, 2, next.over);
    await release(host, "config");
    await fleet.converge(next);
  });
});
