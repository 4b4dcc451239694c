/** One connection for many commands, and what becomes of a command when that connection goes. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SharedSessions } from "../../../infra/ssh/shared-sessions";
import type { SshLogin } from "../../../infra/ssh/ssh-login";
import { OwnSshd } from "./own-sshd";

let sshd: OwnSshd;
let login: SshLogin;
before(async () => {
  sshd = await OwnSshd.start();
  login = { host: "127.0.0.1", port: sshd.port, user: sshd.user, privateKey: sshd.privateKey, hostKey: sshd.hostKey };
});
after(() => sshd.close());

test("commands that follow each other closely share one login", async () => {
  const sessions = new SharedSessions(1000);
  const before = sshd.logins;
  for (const word of ["one", "two"]) {
    const { result } = await sessions.run(login, { command: `echo ${word}` }, {});
    assert.equal(result.stdout, `${word}\n`);
  }
  assert.equal(sshd.logins - before, 1);
});

test("a command that finds the connection gone before it began is run over a new one", async () => {
  const sessions = new SharedSessions(1000);
  const others = new Set(sshd.connections());
  await sessions.run(login, { command: "true" }, {});
  const own = sshd.connections().filter((pid) => !others.has(pid));
  assert.equal(own.length, 1);
  for (const pid of own) process.kill(pid, "SIGSTOP");
  const running = sessions.run(login, { command: "echo here" }, {});
  // Not before the request is on its way.
  await new Promise((resolve) => setImmediate(resolve));
  for (const pid of own) process.kill(pid, "SIGKILL");
  assert.equal((await running).result.stdout, "here\n");
});

test("a command whose connection goes while it runs is not run again", async () => {
  const sessions = new SharedSessions(1000);
  const others = new Set(sshd.connections());
  let began = () => {};
  const beginning = new Promise<void>((resolve) => {
    began = resolve;
  });
  const running = sessions.run(login, { command: "echo begun; exec sleep 60", onLine: () => began() }, {});
  await beginning;
  for (const pid of sshd.connections()) if (!others.has(pid)) process.kill(pid, "SIGKILL");
  await assert.rejects(running, /the connection was lost before the command ended/);
});
