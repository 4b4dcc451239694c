/** The ledger over its life on one host, through the provider's own executable. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { formatPath } from "../../../infra/provider-server/property-path";
import { holdsUnknown, type Properties, Unknown } from "../../../infra/provider-server/property-value";
import type { Engine, Kept } from "./engine";
import { configSecret, startLedgerProvider, targetOf, WatchedPart } from "./ledger-inputs";
import { OwnSshd } from "./own-sshd";

let sshd: OwnSshd;
let engine: Engine;
let part: WatchedPart;
let inputs: Properties;
before(async () => {
  sshd = await OwnSshd.start();
  engine = await startLedgerProvider();
  part = new WatchedPart(join(sshd.directory, "part"));
  inputs = part.inputs(targetOf(sshd));
});
after(async () => {
  await engine.stop();
  await sshd.close();
});
beforeEach(() => part.heal());

const well = { config: "sha256:0123456789ab 0600 own", service: "active" };
const altered = "altered: sender.batch_size is 10, should be 1024";

test("the first contact pins the host's key and says so", async () => {
  const made = await engine.create(inputs);
  assert.equal(made.state.hostKey, sshd.hostKey);
  assert.deepEqual(made.state.observed, well);
  assert.deepEqual(made.state.epochs, { config: 1, service: 1 });
  assert.ok(
    engine.log.some((line) =>
      /^agent "a1" \(127\.0\.0\.1:\d+\): pinned host key SHA256:\S+ on first contact/.test(line),
    ),
  );
});

test("credentials and the configuration are marked secret in the inputs, and are nowhere else", async () => {
  assert.deepEqual((await engine.check(inputs)).secrets.map(formatPath).sort(), ["configText", "target.privateKey"]);
  const made = await engine.create(inputs);
  const known = ["epochs", "hostKey", "observed"];
  assert.deepEqual(Object.keys(made.state).sort(), known);
  assert.deepEqual(Object.keys((await engine.read(made)).state).sort(), known);
  assert.deepEqual(Object.keys((await engine.update(made, inputs)).state).sort(), known);
});

test("a preview touches no host and knows all but a key to be pinned", async () => {
  const nowhere = { ...inputs, target: { ...(inputs.target as Properties), port: 1 } };
  const { state } = await engine.create(nowhere, true);
  assert.ok(state.hostKey instanceof Unknown);
  assert.deepEqual(state.epochs, { config: 1, service: 1 });
  const given = { ...nowhere, target: { ...nowhere.target, hostKey: sshd.hostKey } };
  assert.equal((await engine.create(given, true)).state.hostKey, sshd.hostKey);
});

test("a refresh of a healthy host changes nothing", async () => {
  const made = await engine.create(inputs);
  const read = await engine.read(made);
  assert.deepEqual(read, made);
  assert.deepEqual(await engine.diff(read, inputs), {});
});

test("a hand-made change shows in its facet alone, and healing it raises that epoch alone", async () => {
  const made = await engine.create(inputs);
  part.alter();
  const read = await engine.read(made);
  assert.deepEqual(read.state.observed, { ...well, config: altered });
  assert.deepEqual(await engine.diff(read, inputs), { "observed.config": "update" });
  const preview = await engine.update(read, inputs, true);
  assert.equal(holdsUnknown(preview.state), false);
  const healed = await engine.update(read, inputs);
  assert.deepEqual(healed.state, preview.state);
  assert.deepEqual(healed.state.epochs, { config: 2, service: 1 });
  assert.deepEqual(await engine.diff(healed, inputs), {});
});

test("no secret of the configuration shows in an observation", async () => {
  const made = await engine.create(inputs);
  part.configure(`[sender]\nbatch_size = "${configSecret}"\n[sender.elastic]\npassword = "other"\n`);
  part.say(`runs with ${configSecret}`);
  const observed = JSON.stringify((await engine.read(made)).state.observed);
  assert.ok(!observed.includes(configSecret) && !observed.includes("other"), observed);
});

test("an unreachable host is observed as such by a refresh and refused by an update", async () => {
  const made = await engine.create(inputs);
  await sshd.halt();
  try {
    const read = await engine.read(made);
    const gone = "unreachable: connect ECONNREFUSED";
    assert.deepEqual(read.state.observed, { config: gone, service: gone });
    const message = /^Error: agent "a1" \(127\.0\.0\.1:\d+\): unreachable: connect ECONNREFUSED: is the host up/;
    await assert.rejects(engine.update(read, inputs), message);
    await assert.rejects(engine.create(inputs), message);
    assert.deepEqual((await engine.update(read, inputs, true)).state.epochs, { config: 2, service: 2 });
  } finally {
    await sshd.boot();
  }
});

test("a host that is back again heals only what really drifted", async () => {
  const made = await engine.create(inputs);
  await sshd.halt();
  const read = await engine.read(made);
  await sshd.boot();
  part.say("stopped");
  const healed = await engine.update(read, inputs);
  assert.deepEqual(healed.state.epochs, { config: 1, service: 2 });
});

test("a rebuilt host is refused with what to do, until its new key is given", async () => {
  const made = await engine.create(inputs);
  const pinned = sshd.hostKey;
  await sshd.rebuild();
  assert.notEqual(sshd.hostKey, pinned);
  const read = await engine.read(made);
  assert.match(
    String((read.state.observed as Properties).config),
    /^host key changed: pinned SHA256:\S+, host shows SHA256:\S+$/,
  );
  await assert.rejects(engine.update(read, inputs), (error: Error) => {
    assert.ok(error.message.includes(`set host_key = "${sshd.hostKey}" for this agent`), error.message);
    return true;
  });
  const accepting = { ...inputs, target: { ...(inputs.target as Properties), hostKey: sshd.hostKey } };
  assert.equal((await engine.diff(read, accepting))["target.hostKey"], "add");
  const accepted = await engine.update(read, accepting);
  assert.equal(accepted.state.hostKey, sshd.hostKey);
  assert.deepEqual(accepted.state.epochs, { config: 1, service: 1 });
});

test("a move to another server pins anew", async () => {
  const made = await engine.create(inputs);
  const moved = { ...inputs, target: { ...(inputs.target as Properties), host: "localhost" } };
  assert.ok((await engine.update(made, moved, true)).state.hostKey instanceof Unknown);
  assert.equal((await engine.update(made, moved)).state.hostKey, sshd.hostKey);
});

test("another agent's name asks for a new ledger", async () => {
  const made = await engine.create(inputs);
  assert.deepEqual(await engine.diff(made, { ...inputs, agent: "a2" }), { agent: "update, replace" });
});

test("what is only written down is accepted while the host is down", async () => {
  const made = await engine.create(inputs);
  await sshd.halt();
  try {
    const skipping = { ...inputs, onUnreachable: "skip", probe: "true" };
    const { state } = await engine.update(made, skipping);
    assert.deepEqual(state, made.state);
  } finally {
    await sshd.boot();
  }
});

test("by skip a host that is down stays unseen, and is healed once it is back", async () => {
  const skipping = { ...inputs, onUnreachable: "skip" };
  const made = await engine.create(skipping);
  part.alter();
  await sshd.halt();
  const unseen = await engine.read(made);
  const skipped = await engine.update(unseen, skipping);
  assert.deepEqual(skipped.state, unseen.state);
  assert.match(engine.log.at(-1) ?? "", /unreachable: .*\? Nothing was changed there, as onUnreachable is skip$/);
  await sshd.boot();
  const healed = await engine.update(skipped, skipping);
  assert.deepEqual(healed.state.epochs, { config: 2, service: 1 });
});

test("faults in the inputs are all said at once", async () => {
  const { failures } = await engine.check({ ...inputs, agent: "", target: { host: "h", port: "22" } });
  assert.deepEqual(failures.length, 4, failures.join("\n"));
});

test("a ledger cannot be imported", async () => {
  const nothing: Kept = { id: "a1", state: {}, inputs: {}, secrets: [] };
  await assert.rejects(engine.read(nothing), /a ledger cannot be imported: a rollout makes it/);
});
