/** How a remote.Command gets to its host. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Properties } from "../../../infra/provider-server/property-value";
import { connectionTo, startCommandProvider } from "./command-provider";
import type { Engine } from "./engine";
import { OwnSshd, passphrase } from "./own-sshd";
import { startPasswordServer } from "./password-server";

let engine: Engine;
let sshd: OwnSshd;
before(async () => {
  sshd = await OwnSshd.start();
  engine = await startCommandProvider("command:remote:Command");
});
after(async () => {
  await engine.stop();
  await sshd.close();
});

const connection = (more: Properties = {}) => connectionTo(sshd, more);

test("logs in with a key under a passphrase", async () => {
  const encrypted = connection({ privateKey: sshd.encryptedKey, privateKeyPassword: passphrase });
  assert.equal((await engine.create({ connection: encrypted, create: "echo in" })).state.stdout, "in");
});

test("fails at once on a passphrase that does not open the key", async () => {
  const encrypted = connection({ privateKey: sshd.encryptedKey, privateKeyPassword: "wrong", dialErrorLimit: -1 });
  await assert.rejects(engine.create({ connection: encrypted, create: "true" }));
});

test("takes a host that shows the expected key", async () => {
  const inputs = { connection: connection({ hostKey: sshd.hostKey }), create: "echo in" };
  assert.equal((await engine.create(inputs)).state.stdout, "in");
});

test("refuses a host that shows another key", async () => {
  const other = sshd.hostKey.replace(/.{6}$/, "AAAAAA");
  const failed = engine.create({ connection: connection({ hostKey: other }), create: "true" });
  await assert.rejects(failed, /after 1 failed attempts: .*host key/);
});

test("refuses a host key that cannot be read", async () => {
  const failed = engine.create({ connection: connection({ hostKey: "ssh-ed25519" }), create: "true" });
  await assert.rejects(failed, /host key/);
});

test("dials again until the limit of errors, then says how often", async () => {
  const nowhere = connection({ port: 1, dialErrorLimit: 2 });
  await assert.rejects(engine.create({ connection: nowhere, create: "true" }), /after 2 failed attempts/);
  assert.ok(engine.log.includes("Dial 1/2 failed: retrying"));
  assert.ok(engine.log.includes("Dial 2/2 failed: retrying"));
});

test("goes through a proxy", async () => {
  const proxy = { host: "127.0.0.1", port: sshd.port, user: sshd.user, privateKey: sshd.privateKey };
  const made = await engine.create({ connection: connection({ proxy }), create: "echo $SSH_CONNECTION" });
  assert.match(String(made.state.stdout), /^127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+$/);
});

test("says that it was the proxy that could not be reached", async () => {
  const proxy = { host: "127.0.0.1", port: 1, user: sshd.user, privateKey: sshd.privateKey, dialErrorLimit: 1 };
  await assert.rejects(engine.create({ connection: connection({ proxy }), create: "true" }), /proxy: after 1 failed/);
});

test("asks an ssh-agent, the given one or that of the environment", async () => {
  const socket = await sshd.agent();
  const { privateKey: _key, ...keyless } = connection();
  const given = { connection: { ...keyless, agentSocketPath: socket }, create: "echo in" };
  assert.equal((await engine.create(given)).state.stdout, "in");
  const other = await startCommandProvider("command:remote:Command", { SSH_AUTH_SOCK: socket });
  try {
    assert.equal((await other.create({ connection: keyless, create: "echo in" })).state.stdout, "in");
  } finally {
    await other.stop();
  }
});

for (const method of ["password", "keyboard-interactive"] as const) {
  test(`logs in with a password asked for by ${method}, and fails with a wrong one`, async () => {
    const server = await startPasswordServer(method);
    try {
      const { port, user, password } = server;
      const login = { host: "127.0.0.1", port, user, password, dialErrorLimit: 1, perDialTimeout: 10 };
      assert.equal((await engine.create({ connection: login, create: "echo in" })).state.stdout, "in");
      const wrong = { connection: { ...login, password: "wrong" }, create: "true" };
      await assert.rejects(engine.create(wrong), /after 1 failed attempts/);
    } finally {
      await server.close();
    }
  });
}
