import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemdHostsWork } from "../../../testbed/hosts/systemd-support";
import { FaultedFleet } from "./faulted-fleet";
import { hold, type Place, reached, release, stepsOn } from "./holds";

/** One host for each place; each is named after the place at which its link is cut. */
const places = ["source", "install", "config", "service", "upload"] as const satisfies Place[];
const steps = ["source", "install", "config", "service"];

describe("SSH cut in the middle of each step and of an upload", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let fleet: FaultedFleet;

  before(async () => {
    if (skip) return;
    fleet = await FaultedFleet.open([...places], steps);
    const server = fleet.host("upload");
    fleet.stack.head = fleet.stack.head.replace(
      /\[server\]\nip = .*\n/,
      `[server]\nip = "${server.address}"\nuser_name = "root"\n${fleet.stack.login(server)}\nnode = "${server.node}"\n`,
    );
    fleet.write();
  });
  after(() => fleet?.close());

  test("by links that go down: the next up waits for what is still at work, and goes on", { skip }, async () => {
    for (const place of places) await hold(fleet.host(place), place);
    const up = fleet.startUp();
    await Promise.all(places.map((place) => reached(fleet.host(place), place, up.over)));
    for (const place of places) await fleet.host(place).cutNetwork();
    const { code, stdout } = await up.done;
    assert.notEqual(code, 0, stdout);
    for (const name of steps) assert.match(stdout, new RegExp(`${name}-${name} .*failed`), stdout);
    assert.match(stdout, /assembler-upload .*failed/);

    for (const place of places) await fleet.host(place).restoreNetwork();
    const next = fleet.startUp();
    // What was cut off is still at work on its host, and the new step waits for its end.
    for (const name of steps) await stepsOn(fleet.host(name), 2, next.over);
    for (const place of places) await release(fleet.host(place), place);
    await fleet.converge(next);
    await isWhole(fleet);
  });
});

/** The assembler runs what was uploaded at the second try. */
async function isWhole(fleet: FaultedFleet): Promise<void> {
  const active = await fleet.stack.on(fleet.host("upload"), "systemctl is-active deeptrace-assembler");
  assert.equal(active, "active");
  assert.equal(await fleet.stack.on(fleet.host("upload"), "find /var/tmp -name 'deeptrace-assembler-*'"), "");
}
