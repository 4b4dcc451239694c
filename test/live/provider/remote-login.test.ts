/** How a remote.Command gets to its host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commandBench, startCommandProvider } from "./command-provider";
import { passphrase } from "./own-sshd";
import { startPasswordServer } from "./password-server";

const bench = commandBench("command:remote:Command");

test("logs in with a key under a passphrase", async () => {
  const encrypted = bench.connection({ privateKey: bench.sshd.encryptedKey, privateKeyPassword: passphrase });
  assert.equal((await bench.engine.create({ connection: encrypted, create: "echo in" })).state.stdout, "in");
});

test("fails at once on a passphrase that does not open the key", async () => {
  const encrypted = bench.connection({
    privateKey: bench.sshd.encryptedKey,
    privateKeyPassword: "wrong",
    dialErrorLimit: -1,
  });
  await assert.rejects(bench.engine.create({ connection: encrypted, create: "true" }));
});

test("takes a host that shows the expected key", async () => {
  const inputs = { connection: bench.connection({ hostKey: bench.sshd.hostKey }), create: "echo in" };
  assert.equal((await bench.engine.create(inputs)).state.stdout, "in");
});

test("refuses a host that shows another key", async () => {
  const other = bench.sshd.hostKey.replace(/.{6}$/, "AAAAAA");
  const failed = bench.engine.create({ connection: bench.connection({ hostKey: other }), create: "true" });
  await assert.rejects(failed, /after 1 failed attempts: .*host key/);
});

test("refuses a host key that cannot be read", async () => {
  const failed = bench.engine.create({ connection: bench.connection({ hostKey: "ssh-ed25519" }), create: "true" });
  await assert.rejects(failed, /host key/);
});

test("dials again until the limit of errors, then says how often", async () => {
  const nowhere = bench.connection({ port: 1, dialErrorLimit: 2 });
  await assert.rejects(bench.engine.create({ connection: nowhere, create: "true" }), /after 2 failed attempts/);
  assert.ok(bench.engine.log.includes("Dial 1/2 failed: retrying"));
  assert.ok(bench.engine.log.includes("Dial 2/2 failed: retrying"));
});

test("goes through a proxy", async () => {
  const proxy = { host: "127.0.0.1", port: bench.sshd.port, user: bench.sshd.user, privateKey: bench.sshd.privateKey };
  const made = await bench.engine.create({ connection: bench.connection({ proxy }), create: "echo $SSH_CONNECTION" });
  assert.match(String(made.state.stdout), /^127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+$/);
});

test("says that it was the proxy that could not be reached", async () => {
  const proxy = {
    host: "127.0.0.1",
    port: 1,
    user: bench.sshd.user,
    privateKey: bench.sshd.privateKey,
    dialErrorLimit: 1,
  };
  await assert.rejects(
    bench.engine.create({ connection: bench.connection({ proxy }), create: "true" }),
    /proxy: after 1 failed/,
  );
});

test("asks an ssh-agent, the given one or that of the environment", async () => {
  const socket = await bench.sshd.agent();
  const { privateKey: _key, ...keyless } = bench.connection();
  const given = { connection: { ...keyless, agentSocketPath: socket }, create: "echo in" };
  assert.equal((await bench.engine.create(given)).state.stdout, "in");
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
      assert.equal((await bench.engine.create({ connection: login, create: "echo in" })).state.stdout, "in");
      const wrong = { connection: { ...login, password: "wrong" }, create: "true" };
      await assert.rejects(bench.engine.create(wrong), /after 1 failed attempts/);
    } finally {
      await server.close();
    }
  });
}
