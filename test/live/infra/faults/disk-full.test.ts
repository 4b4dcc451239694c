import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../../infra/host-scripts/host-layout";
import { systemdHostsWork } from "../../../testbed/hosts/systemd-support";
import { FaultedFleet } from "./faulted-fleet";

/** Small disks of their own, so that a test can fill them. */
const disks = ["/opt/deeptrace", "/etc/deeptrace", "/var/lib/deeptrace"];

describe("a full disk", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let fleet: FaultedFleet;

  before(async () => {
    if (skip) return;
    fleet = await FaultedFleet.open(["a", "b"]);
    for (const disk of disks) {
      const mount = `mkdir -p ${disk} && mount -t tmpfs -o size=8m tmpfs ${disk}`;
      await fleet.stack.on(fleet.host("b"), mount);
    }
  });
  after(() => fleet?.close());

  async function fill(disk: string): Promise<void> {
    await fleet.stack.on(fleet.host("b"), `cat /dev/zero >${disk}/ballast 2>/dev/null; test -s ${disk}/ballast`);
  }

  async function free(disk: string): Promise<void> {
    await fleet.stack.on(fleet.host("b"), `rm ${disk}/ballast`);
  }

  /** What an `up` says that cannot end well. */
  async function failedUp(): Promise<string> {
    const { code, stdout, stderr } = await fleet.startUp().done;
    assert.notEqual(code, 0, stdout);
    return stdout + stderr;
  }

  const pidOfB = () => fleet.stack.pid({ name: "b", host: fleet.host("b") });

  test("at the first rollout is told so, and one up goes on once there is room", { skip }, async () => {
    await fill("/opt/deeptrace");
    assert.match(await failedUp(), /agent "b" \(.*\): cannot write .*\.b\.steps: is the disk full\?/);
    await free("/opt/deeptrace");
    await fleet.converge();
  });

  test("under a new configuration keeps the old one and the agent that runs with it", { skip }, async () => {
    const host = fleet.host("b");
    const { configFile } = agentLayout("b", host.serviceManager);
    const before = [await fleet.stack.on(host, `sha256sum ${configFile}`), await pidOfB()];
    await fill("/etc/deeptrace");
    fleet.write(100);
    assert.match(await failedUp(), /agent "b": cannot write .*: is the disk full\?/);
    assert.deepEqual([await fleet.stack.on(host, `sha256sum ${configFile}`), await pidOfB()], before);
    await free("/etc/deeptrace");
    await fleet.converge();
  });

  test("under a new release keeps the agent of the old one", { skip }, async () => {
    const before = await pidOfB();
    await fleet.publish("second release");
    await fill("/opt/deeptrace");
    assert.match(await failedUp(), /agent "b": .*(No space left|disk)/i);
    assert.equal(await pidOfB(), before);
    await free("/opt/deeptrace");
    await fleet.converge();
  });

  test("under what an agent and its rollout note is told so, and one up goes on once there is room", {
    skip,
  }, async () => {
    await fill("/var/lib/deeptrace");
    fleet.write(200);
    assert.match(await failedUp(), /agent "b": .*(No space left|disk)/i);
    await free("/var/lib/deeptrace");
    await fleet.converge();
  });
});
