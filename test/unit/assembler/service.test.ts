import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { refusalOf } from "../../../assembler/service/api-access";
import { Pulse } from "../../../assembler/service/pulse";
import { retryDelayMs } from "../../../assembler/service/retry-delays";
import { SystemdNotifier, watchdogPauseMs } from "../../../assembler/service/systemd-notifier";
import { Wakeup } from "../../../assembler/service/wakeup";

const directory = mkdtempSync(path.join(tmpdir(), "service-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const token = "a-token-of-some-length";
const requests: [
  what: string,
  request: Partial<Parameters<typeof refusalOf>[0]>,
  token: string | undefined,
  status: number,
][] = [
  ["the right token", { authorization: `Bearer ${token}`, localAddress: "192.0.2.1" }, token, 0],
  ["no token where one is needed", {}, token, 401],
  ["a wrong token", { authorization: `Bearer ${token}x` }, token, 401],
  ["loopback without a token", { localAddress: "127.0.0.1" }, undefined, 0],
  ["loopback of IPv6", { localAddress: "::1", host: "[::1]:7900" }, undefined, 0],
  ["loopback as IPv6 shows it", { localAddress: "::ffff:127.0.0.1", host: "localhost:7900" }, undefined, 0],
  ["another address without a token", { localAddress: "192.0.2.1" }, undefined, 403],
  ["a name of somebody else's", { localAddress: "127.0.0.1", host: "evil.example:7900" }, undefined, 403],
];

for (const [what, request, needed, status] of requests) {
  test(`the API ${status === 0 ? "takes" : "refuses"} ${what}`, () => {
    const whole = { authorization: undefined, host: "127.0.0.1:7900", localAddress: "127.0.0.1", ...request };
    assert.equal(refusalOf(whole, needed)?.status ?? 0, status);
  });
}

test("a server that asks to wait is waited for, up to a minute", () => {
  assert.equal(retryDelayMs("busy", 1, 0, 7000), 7000);
  assert.equal(retryDelayMs("busy", 1, 0, 3_600_000), 60_000);
  assert.equal(retryDelayMs("busy", 1, 0, 1), 200);
});

test("a loop that gives no sign for 90 s hangs", () => {
  let now = 0;
  const pulse = new Pulse(() => now);
  now = 89_999;
  assert.equal(pulse.isAlive, true);
  now = 90_000;
  assert.equal(pulse.isAlive, false);
  pulse.beat();
  assert.equal(pulse.isAlive, true);
});

test("the watchdog is fed three times as often as it must, and only by whom it is meant for", () => {
  assert.equal(watchdogPauseMs({ WATCHDOG_USEC: "60000000" }), 20_000);
  assert.equal(watchdogPauseMs({ WATCHDOG_USEC: "60000000", WATCHDOG_PID: String(process.pid) }), 20_000);
  assert.equal(watchdogPauseMs({ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "1" }), undefined);
  assert.equal(watchdogPauseMs({}), undefined);
});

test("systemd is told one thing after another, and nothing where it does not listen", async () => {
  const said = path.join(directory, "said");
  const command = path.join(directory, "systemd-notify");
  writeFileSync(command, `#!/bin/sh\necho "$*" >> ${said}\n`);
  chmodSync(command, 0o755);
  const failures: string[] = [];
  const PATH = `${directory}:${process.env.PATH}`;
  const told = new SystemdNotifier((reason) => failures.push(reason), { PATH, NOTIFY_SOCKET: "/nowhere" });
  told.ready("started", new Pulse());
  told.status("active, automatic");
  told.stopping();
  await told.close();
  const untold = new SystemdNotifier((reason) => failures.push(reason), { PATH });
  untold.ready("started", new Pulse());
  await untold.close();
  assert.deepEqual(readFileSync(said, "utf8").trim().split("\n"), [
    "--ready --status=started",
    "--status=active, automatic",
    "STOPPING=1 --status=stopping",
  ]);
  assert.deepEqual(failures, []);
});

test("a wait ends when woken, when told to stop, or in time", async () => {
  const wakeup = new Wakeup();
  const stop = new AbortController();
  const long = wakeup.wait(60_000, stop.signal);
  wakeup.wake();
  await long;
  const longer = wakeup.wait(60_000, stop.signal);
  stop.abort();
  await longer;
  await wakeup.wait(60_000, stop.signal);
  await wakeup.wait(1, new AbortController().signal);
});
