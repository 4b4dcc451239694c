/** What a ledger undoes on its host when it is deleted, and what it does about a host that is not there. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Properties } from "../../../infra/provider-server/property-value";
import type { Engine, Kept } from "./engine";
import { startLedgerProvider, targetOf, WatchedPart } from "./ledger-inputs";
import { OwnSshd } from "./own-sshd";

let sshd: OwnSshd;
let engine: Engine;
let part: WatchedPart;
before(async () => {
  sshd = await OwnSshd.start();
  engine = await startLedgerProvider();
});
after(async () => {
  await engine.stop();
  await sshd.close();
});
beforeEach(() => {
  part = new WatchedPart(join(sshd.directory, "part"));
});

const made = (more: Properties = {}): Promise<Kept> => engine.create(part.inputs(targetOf(sshd), more));
const gone = (kept: Kept): Kept => ({
  ...kept,
  inputs: { ...kept.inputs, target: { host: "127.0.0.1", port: 1, user: "x", password: "y", become: false } },
});

test("undoes everything in one visit", async () => {
  await engine.delete(await made());
  assert.equal(existsSync(part.directory), false);
});

test("a move clears the old place once the new one lets it in, and asks for every step there", async () => {
  const kept = await made();
  const elsewhere = part.inputs(targetOf(sshd), { place: "elsewhere" });
  const closed = { ...elsewhere, target: { ...(elsewhere.target as Properties), port: 1 } };
  await assert.rejects(engine.update(kept, closed), /unreachable/);
  assert.ok(existsSync(part.directory));
  const { state } = await engine.update(kept, elsewhere);
  assert.equal(existsSync(part.directory), false);
  assert.deepEqual(state.epochs, { config: 2, service: 2 });
  assert.deepEqual((await engine.update(kept, elsewhere, true)).state, state);
});

test("a move from a host that is gone fails, or by the program's word leaves it", async () => {
  const kept = gone(await made());
  await assert.rejects(engine.update(kept, part.inputs(targetOf(sshd), { place: "elsewhere" })), /_UNREACHABLE=skip$/);
  const skipping = part.inputs(targetOf(sshd), { place: "elsewhere", onUnreachable: "skip" });
  assert.deepEqual((await engine.update(kept, skipping)).state.epochs, { config: 2, service: 2 });
});

test("fails with the last words of a host that cannot undo it", async () => {
  const teardown = {
    script: "echo first; echo 'agent \"a1\": it still runs' >&2; exit 1",
    timeLimitSeconds: 10,
    removes: [],
  };
  await assert.rejects(
    engine.delete(await made({ teardown })),
    /^Error: agent "a1" \(127\.0\.0\.1:\d+\): it still runs$/,
  );
});

test("ends a script on the host that takes too long", async () => {
  const teardown = {
    script: "trap 'echo late >&2; exit 1' TERM; while :; do sleep 0.1; done",
    timeLimitSeconds: 1,
    removes: [],
  };
  await assert.rejects(engine.delete(await made({ teardown })), /: late$/);
});

test("a host that does not answer fails it, with how to skip", async () => {
  await assert.rejects(
    engine.delete(gone(await made())),
    /unreachable: connect ECONNREFUSED: .*\? If the host is gone for good, run this again with DEEPTRACE_ON_UNREACHABLE=skip$/,
  );
});

test("by skip it is left with a warning that names what may be there", async () => {
  await engine.delete(gone(await made({ onUnreachable: "skip" })));
  const { directory } = part;
  assert.match(
    engine.log.at(-1) ?? "",
    /unreachable: .* It is left as it is, as onUnreachable is skip\. What may still/,
  );
  assert.ok(engine.log.at(-1)?.endsWith(`be there: ${directory}`), engine.log.at(-1));
});

test("what the program says now counts, whatever was recorded", async () => {
  const old = await made();
  await made({ onUnreachable: "skip" });
  await engine.delete(gone(old));
});

test("the environment's word for one command goes before all", async () => {
  const skipping = await startLedgerProvider({ DEEPTRACE_ON_UNREACHABLE: "skip" });
  try {
    await skipping.delete(gone(await made()));
  } finally {
    await skipping.stop();
  }
});

test("another machine at the address is never touched: fail refuses it, skip leaves it", async () => {
  const kept = await made();
  await sshd.rebuild();
  mkdirSync(part.directory, { recursive: true });
  await made({ onUnreachable: "fail" });
  await assert.rejects(engine.delete(kept), /host key changed: .* run this again with DEEPTRACE_ON_UNREACHABLE=skip$/);
  await made({ onUnreachable: "skip" });
  await engine.delete(kept);
  assert.ok(existsSync(part.directory));
});

test("a login that is refused is no absence: it fails even by skip", async () => {
  const kept = await made({ onUnreachable: "skip" });
  const inputs = { ...kept.inputs, target: { ...(kept.inputs.target as Properties), privateKey: "scribble" } };
  await assert.rejects(
    engine.delete({ ...kept, inputs }),
    /not in OpenSSH or PEM form: .* logs in as the last up did: if that has changed, run pulumi up first$/,
  );
});
