import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { systemdHostsWork } from "../../../testbed/hosts/systemd-support";
import { FaultedFleet } from "./faulted-fleet";
import { GitGate } from "./git-gate";

describe("a git server that is away", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let fleet: FaultedFleet;
  let gate: GitGate;

  before(async () => {
    if (skip) return;
    fleet = await FaultedFleet.open(["a"]);
    const { repository, head } = fleet.stack;
    gate = await GitGate.before(repository, [fleet.host("a").address]);
    fleet.stack.head = head.replace(repository, gate.url);
    fleet.write();
  });
  after(async () => {
    await gate?.close();
    await fleet?.close();
  });

  test("before the rollout stops it with one clear message, and nothing is touched", { skip }, async () => {
    gate.shut();
    const { code, stdout } = await fleet.startUp().done;
    gate.open();
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /agent "a": source\.ref: got main of git:\S+, which cannot be looked up from here \([^)]+\); a commit/,
    );
    assert.deepEqual(
      (await fleet.stack.resources()).filter((name) => name.startsWith("a")),
      [],
    );
    assert.notEqual((await fleet.host("a").exec("test -e /opt/deeptrace")).code, 0);
  });

  test("in the middle of a clone fails that step with the server's words; the next up clones whole", {
    skip,
  }, async () => {
    const held = gate.hold();
    const up = fleet.startUp();
    await Promise.race([held, up.over.then((how) => assert.fail(how))]);
    gate.shut();
    const { code, stdout } = await up.done;
    gate.open();
    assert.notEqual(code, 0);
    assert.match(stdout, /agent "a": git fetch of commit [0-9a-f]{40} from \S+ failed: fatal: /);
    await fleet.converge();
  });

  test("in the middle of an update leaves the agent as it was; the next up goes on", { skip }, async () => {
    const agent = { name: "a", host: fleet.host("a") };
    const before = await fleet.stack.pid(agent);
    await fleet.publish(`second release, of some size: ${randomBytes(10_000).toString("hex")}`);
    const held = gate.hold();
    const up = fleet.startUp();
    await Promise.race([held, up.over.then((how) => assert.fail(how))]);
    gate.shut();
    const { code } = await up.done;
    gate.open();
    assert.notEqual(code, 0);
    assert.equal(await fleet.stack.pid(agent), before);
    await fleet.converge();
  });
});
