/** How a ledger gets to its host, and what it says when it does not. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Properties } from "../../../infra/provider-server/property-value";
import { freePort } from "../../testbed/free-port";
import type { Engine } from "./engine";
import { startLedgerProvider, targetOf, WatchedPart } from "./ledger-inputs";
import { OwnSshd, passphrase } from "./own-sshd";
import { startPasswordServer } from "./password-server";

let sshd: OwnSshd;
let engine: Engine;
let part: WatchedPart;
before(async () => {
  sshd = await OwnSshd.start();
  part = new WatchedPart(join(sshd.directory, "part"));
  engine = await startLedgerProvider();
});
after(async () => {
  await engine.stop();
  await sshd.close();
});

const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const well = { config: "sha256:0123456789ab 0600 own", service: "active" };

/** Enters and looks, as a rollout and a refresh after it. */
async function observedThrough(target: Properties): Promise<unknown> {
  return (await engine.read(await engine.create(part.inputs(target)))).state.observed;
}

/** The message of a rollout that cannot enter, without the place. */
async function refusal(target: Properties): Promise<string> {
  let message = "";
  await assert.rejects(engine.create(part.inputs(target)), (error: Error) => {
    message = error.message.replace(/^agent "a1" \(127\.0\.0\.1:\d+\): /, "");
    return true;
  });
  return message;
}

describe("by key", () => {
  test("under a passphrase", async () => {
    const key = { privateKey: sshd.encryptedKey, privateKeyPassword: passphrase };
    assert.deepEqual(await observedThrough({ ...targetOf(sshd), ...key }), well);
  });

  test("with a wrong passphrase, or none", async () => {
    const wrong = { ...targetOf(sshd), privateKey: sshd.encryptedKey, privateKeyPassword: "wrong" };
    assert.match(await refusal(wrong), /^the passphrase does not open the private key: check ssh_key/);
    const none = { ...targetOf(sshd), privateKey: sshd.encryptedKey };
    assert.match(await refusal(none), /^the private key is encrypted and no passphrase is given/);
  });

  test("that is none, or only the public half", async () => {
    assert.match(
      await refusal({ ...targetOf(sshd), privateKey: "scribble" }),
      /^the private key is not in OpenSSH or PEM form/,
    );
    assert.match(
      await refusal({ ...targetOf(sshd), privateKey: `${sshd.hostKey}\n` }),
      /is a public key, not a private one/,
    );
  });

  test("that the host does not know", async () => {
    const file = join(sshd.directory, "stranger");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    const privateKey = execFileSync("cat", [file], { encoding: "utf8" });
    assert.match(await refusal({ ...targetOf(sshd), privateKey }), /^key refused for user "\S+": is its public half/);
  });

  test("of an ssh-agent, where there is neither key nor password", async () => {
    const socket = await sshd.agent();
    const withAgent = await startLedgerProvider({ SSH_AUTH_SOCK: socket });
    try {
      const made = await withAgent.create(part.inputs({ port: sshd.port, user: sshd.user }));
      assert.deepEqual((await withAgent.read(made)).state.observed, well);
    } finally {
      await withAgent.stop();
    }
    assert.match(
      await refusal({ port: sshd.port, user: sshd.user }),
      /^nothing to log in as user .* or load a key into ssh-agent/,
    );
  });
});

describe("by password", () => {
  for (const method of ["password", "keyboard-interactive"] as const) {
    test(`asked for by ${method}`, async () => {
      const server = await startPasswordServer(method);
      try {
        const target = { port: server.port, user: server.user, password: server.password };
        assert.deepEqual(await observedThrough(target), well);
        assert.equal(
          await refusal({ ...target, password: "wrong-8c1d" }),
          'wrong password for user "ops": check host_password of this agent',
        );
        const made = await engine.create(part.inputs(target));
        const rotated = {
          ...made,
          inputs: { ...made.inputs, target: { host: "127.0.0.1", ...target, password: "old-8c1d" } },
        };
        const observed = JSON.stringify((await engine.read(rotated)).state.observed);
        assert.match(observed, /login refused: tried/);
        assert.ok(!observed.includes("8c1d"));
      } finally {
        await server.close();
      }
    });
  }

  test("that the host does not take", async () => {
    const words = await refusal({ port: sshd.port, user: sshd.user, password: "any" });
    assert.match(words, /^the host takes no password login \(it accepts publickey\): set ssh_key/);
  });
});

describe("through a proxy", () => {
  test("that lets it through", async () => {
    const proxy = { host: "127.0.0.1", ...targetOf(sshd), hostKey: sshd.hostKey };
    assert.deepEqual(await observedThrough({ ...targetOf(sshd), proxy }), well);
  });

  test("whose key is pinned on first contact like the host's", async () => {
    const proxy = { host: "127.0.0.1", ...targetOf(sshd) };
    const made = await engine.create(part.inputs({ ...targetOf(sshd), proxy }));
    assert.equal(made.state.proxyHostKey, sshd.hostKey);
    assert.match(engine.log.at(-1) ?? "", /: proxy 127\.0\.0\.1:\d+: pinned host key SHA256:\S+ on first contact/);
    const wrong = { ...made.state, proxyHostKey: otherKey };
    const { observed } = (await engine.read({ ...made, state: wrong })).state;
    assert.match(String((observed as Properties).service), /^host key changed: proxy: pinned SHA256:\+DiY3/);
  });

  test("that is not there, or shows another key", async () => {
    const proxy: Properties = { host: "127.0.0.1", ...targetOf(sshd) };
    assert.match(
      await refusal({ ...targetOf(sshd), proxy: { ...proxy, port: 1 } }),
      /^proxy 127\.0\.0\.1:1: unreachable: connect ECONNREFUSED/,
    );
    assert.match(
      await refusal({ ...targetOf(sshd), proxy: { ...proxy, hostKey: otherKey } }),
      /^proxy \S+: host key changed: pinned SHA256:\+DiY3/,
    );
  });

  test("from which the host cannot be reached", async () => {
    const proxy = { host: "127.0.0.1", ...targetOf(sshd) };
    assert.match(
      await refusal({ ...targetOf(sshd), port: 1, proxy }),
      /^unreachable: the proxy found no way to the host/,
    );
  });
});

test("a host that shows a revoked key is refused, even if it was pinned before", async () => {
  const revokedHostKeys = [otherKey, sshd.hostKey];
  const words = await refusal({ ...targetOf(sshd), revokedHostKeys });
  assert.match(words, /^host key revoked: host shows SHA256:\S+, which known_hosts marks @revoked: give the host/);
  const made = await engine.create(part.inputs(targetOf(sshd)));
  await assert.rejects(engine.update(made, part.inputs({ ...targetOf(sshd), revokedHostKeys })), /host key revoked/);
});

describe("to something that is no SSH server", () => {
  const open = new Set<Socket>();
  let server: Server;
  const listenWith = async (onConnection: (socket: Socket) => void) => {
    const port = await freePort();
    server = createServer((socket) => {
      open.add(socket);
      socket.on("error", () => {});
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return port;
  };
  const close = () => {
    for (const socket of open) socket.destroy();
    server.close();
  };

  test("one that hangs up is tried again, then called unreachable", async () => {
    let connections = 0;
    const port = await listenWith((socket) => {
      connections += 1;
      socket.destroy();
    });
    assert.match(await refusal({ port, user: "root", password: "x" }), /^unreachable: the server .* the login/);
    assert.equal(connections, 4);
    close();
  });

  test("one that says nothing is given up after ten seconds", async () => {
    const port = await listenWith(() => {});
    assert.match(await refusal({ port, user: "root", password: "x" }), /^unreachable: .* after 10 s: is the host up/);
    close();
  });
});

test("a host whose sudo refuses is told from one that drifted", async () => {
  const tools = join(sshd.directory, "tools");
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, "sudo"), "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n");
  chmodSync(join(tools, "sudo"), 0o755);
  const strict = await OwnSshd.start({ PATH: `${tools}:/usr/bin:/bin` });
  try {
    const target = { ...targetOf(strict), become: true };
    assert.match(
      await refusal(target),
      /^sudo refuses user "\S+" \(sudo: a password is required\): check host_password/,
    );
    const made = await engine.create(part.inputs(targetOf(strict)));
    const inputs = { ...made.inputs, target: { host: "127.0.0.1", ...target } };
    const { observed } = (await engine.read({ ...made, inputs })).state;
    assert.deepEqual((observed as Properties).service, "login refused: sudo: a password is required");
  } finally {
    await strict.close();
  }
});

test("a user who gets in but may run nothing is told so", async () => {
  const closed = await OwnSshd.start({}, ["ForceCommand echo 'This account is currently not available.'; exit 1"]);
  try {
    const words = await refusal(targetOf(closed));
    assert.match(words, /^user "\S+" gets in, but no command runs there \(exit status 1: This account is currently/);
  } finally {
    await closed.close();
  }
});
