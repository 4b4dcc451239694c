/** The provider as a process: how the engine starts it, and how it ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { ledgerToken } from "../../../infra/ledger/ledger-contract";
import { registrationToken } from "../../../infra/registration/registration-contract";
import { waitFor } from "../../testbed/wait-for";
import { ledgerExecutable, startLedgerProvider, targetOf, WatchedPart } from "./ledger-inputs";
import { OwnSshd } from "./own-sshd";

let sshd: OwnSshd;
before(async () => {
  sshd = await OwnSshd.start();
});
after(() => sshd.close());

test("it prints its port first, from any directory, and ends with its engine", async () => {
  const provider = spawn(ledgerExecutable, ["127.0.0.1:1"], { cwd: "/", stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: provider.stdout }), "line")) as [string];
  assert.match(line, /^\d+$/);
  const ended = once(provider, "exit");
  provider.stdin.end();
  assert.deepEqual(await ended, [0, null]);
});

test("it ends at an interrupt, also while a probe is running", async () => {
  const engine = await startLedgerProvider();
  const part = new WatchedPart(join(sshd.directory, "interrupted"));
  const made = await engine.create(part.inputs(targetOf(sshd), { probe: "sleep 50" }));
  const running = assert.rejects(engine.read(made));
  assert.equal(await engine.stop(), 0);
  await running;
});

test("a cancelled refresh ends at once and records nothing", async () => {
  const engine = await startLedgerProvider();
  try {
    const part = new WatchedPart(join(sshd.directory, "cancelled"));
    const started = join(part.directory, "started");
    const made = await engine.create(part.inputs(targetOf(sshd), { probe: `touch ${started}; sleep 50` }));
    const running = assert.rejects(engine.read(made), /cancelled|lost/);
    await waitFor(async () => existsSync(started), { timeoutMs: 10_000, what: "the probe to start" });
    await engine.cancel();
    await running;
    await assert.rejects(engine.read(made), /cancelled/);
  } finally {
    await engine.stop();
  }
});

test("its schema describes the ledger and the registration", async () => {
  const engine = await startLedgerProvider();
  try {
    const schema = await engine.schema();
    assert.equal(schema.name, "deeptrace");
    assert.deepEqual(Object.keys(schema.resources), [ledgerToken, registrationToken]);
  } finally {
    await engine.stop();
  }
});
