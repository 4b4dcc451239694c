import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemdHostsWork } from "../../../testbed/hosts/systemd-support";
import { FaultedFleet } from "./faulted-fleet";
import { hold, reached, release, stepsOn } from "./holds";
import { watch } from "./witness";

describe("an installation that is cut off", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let fleet: FaultedFleet;

  before(async () => {
    if (skip) return;
    fleet = await FaultedFleet.open(["a"]);
    await fleet.converge();
  });
  after(() => fleet?.close());

  test("from its session goes on by itself, and the next up waits for its end", {
    skip,
  }, async () => {
    await fleet.publish("second release");
    const host = fleet.host("a");
    await hold(host, "install");
    const up = fleet.startUp();
    await reached(host, "install", up.over);
    await fleet.stack.on(host, "pkill -KILL -f '^sshd.*notty'");
    const { code, stdout } = await up.done;
    assert.notEqual(code, 0, stdout);
    const next = fleet.startUp();
    await stepsOn(host, 2, next.over);
    await release(host, "install");
    await fleet.converge(next);
  });

  test("by a reboot of its host is taken up by the next up", { skip }, async () => {
    await fleet.publish("third release");
    const host = fleet.host("a");
    await hold(host, "install");
    const up = fleet.startUp();
    await reached(host, "install", up.over);
    await host.poweroff();
    const { code, stdout } = await up.done;
    assert.notEqual(code, 0, stdout);
    await host.boot();
    await watch(host, "a", 1);
    await fleet.converge();
  });
});
