/** Many ledgers at once, against one sshd with the limits that it has out of the box, or stricter ones. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Engine, Kept } from "./engine";
import { startLedgerProvider, targetOf, WatchedPart } from "./ledger-inputs";
import { OwnSshd } from "./own-sshd";

const ledgers = 200;
let sshd: OwnSshd;
let engine: Engine;
before(async () => {
  sshd = await OwnSshd.start();
  engine = await startLedgerProvider();
});
after(async () => {
  await engine.stop();
  await sshd.close();
});

test("two hundred refreshes at once all see their part, within the budget of a preview", async (context) => {
  const parts = Array.from({ length: ledgers }, (_, position) => new WatchedPart(join(sshd.directory, `${position}`)));
  const [first] = parts;
  const inputs = (part: WatchedPart) => part.inputs({ ...targetOf(sshd), hostKey: sshd.hostKey });
  const made: Kept | undefined = first && (await engine.create(inputs(first)));
  assert.ok(made);
  parts[7]?.say("stopped");
  const loginsBefore = sshd.logins;
  const start = performance.now();
  const reads = await Promise.all(
    parts.map((part) => engine.read({ ...made, inputs: { ...made.inputs, probe: inputs(part).probe ?? null } })),
  );
  const seconds = (performance.now() - start) / 1000;
  const odd = reads.filter(({ state }) => JSON.stringify(state.observed) !== JSON.stringify(made.state.observed));
  assert.deepEqual(
    odd.map(({ state }) => state.observed),
    [{ config: "sha256:0123456789ab 0600 own", service: "stopped" }],
  );
  const peakMb = memoryPeakMb(engine.provider.pid ?? 0);
  context.diagnostic(`${ledgers} refreshes: ${seconds.toFixed(1)} s, provider's memory at most ${peakMb} MB`);
  assert.ok(seconds < 25, `${seconds} s`);
  assert.ok(peakMb < 300, `${peakMb} MB`);
  const logins = sshd.logins - loginsBefore;
  assert.ok(logins <= ledgers / 10, `${logins} logins`);
});

test("a host that lets a connection have one command at a time is logged in to again where one is not enough", async () => {
  const strict = await OwnSshd.start({}, ["MaxSessions 1"]);
  try {
    const part = new WatchedPart(join(strict.directory, "part"));
    const made = await engine.create(part.inputs({ ...targetOf(strict), hostKey: strict.hostKey }));
    const reads = await Promise.all(Array.from({ length: 20 }, () => engine.read(made)));
    for (const { state } of reads) assert.deepEqual(state.observed, made.state.observed);
    assert.ok(strict.logins > 1);
  } finally {
    await strict.close();
  }
});

function memoryPeakMb(pid: number): number {
  const [, kilobytes = "0"] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
