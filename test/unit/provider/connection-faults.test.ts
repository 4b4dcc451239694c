import assert from "node:assert/strict";
import { test } from "node:test";
import { faultMessage, observedFault } from "../../../infra/ledger/connection-faults";
import { isUnseen } from "../../../infra/ledger/unseen-host";
import { SshError, type SshFault } from "../../../infra/ssh/ssh-fault";

const target = { host: "198.18.0.2", port: 22, user: "root", become: false };

const cases: { fault: SshFault; message: string; observed: string }[] = [
  {
    fault: { kind: "unreachable", reason: "connect ETIMEDOUT", afterSeconds: 10 },
    message: "unreachable: connect ETIMEDOUT after 10 s: is the host up, are host_ip and ssh_port right?",
    observed: "unreachable: connect ETIMEDOUT after 10 s",
  },
  {
    fault: { kind: "dropped", reason: "the server closed the connection during the login" },
    message:
      "unreachable: the server closed the connection during the login: is ssh_port that of an SSH server, and does it take more logins now?",
    observed: "unreachable: the server closed the connection during the login",
  },
  {
    fault: { kind: "login-refused", tried: ["password"], accepted: ["publickey", "password"] },
    message: 'wrong password for user "root": check host_password of this agent',
    observed: "login refused: tried password, the server accepts publickey, password",
  },
  {
    fault: { kind: "login-refused", tried: ["publickey"], accepted: ["publickey"] },
    message:
      'key refused for user "root": is its public half in ~/.ssh/authorized_keys there? Check ssh_key of this agent',
    observed: "login refused: tried publickey, the server accepts publickey",
  },
  {
    fault: { kind: "login-refused", tried: ["publickey", "password"], accepted: ["publickey", "password"] },
    message: 'key and password refused for user "root": check ssh_key and host_password of this agent',
    observed: "login refused: tried publickey, password, the server accepts publickey, password",
  },
  {
    fault: { kind: "login-refused", tried: ["password", "keyboard-interactive"], accepted: ["publickey"] },
    message: "the host takes no password login (it accepts publickey): set ssh_key of this agent",
    observed: "login refused: tried password, keyboard-interactive, the server accepts publickey",
  },
  {
    fault: { kind: "login-refused", tried: [], accepted: ["password"] },
    message:
      'nothing to log in as user "root" with (it accepts password): set host_password or ssh_key of this agent, or load a key into ssh-agent',
    observed: "login refused: nothing to log in with; the server accepts password",
  },
  {
    fault: { kind: "password-expired" },
    message:
      'the password of user "root" has expired: log in by hand once to change it, then set host_password of this agent',
    observed: "login refused: the password has expired and must be changed first",
  },
  {
    fault: { kind: "private-key-unusable", reason: "the passphrase does not open the private key" },
    message:
      "the passphrase does not open the private key: check ssh_key, ssh_key_path and its passphrase of this agent",
    observed: "login refused: the passphrase does not open the private key",
  },
  {
    fault: { kind: "too-slow", seconds: 60 },
    message: "the probe found no end within 60 s: is the host overloaded, does a file system hang?",
    observed: "probe failed: no end within 60 s",
  },
  {
    fault: { kind: "host-key-changed", expected: "SHA256:x", shown: "SHA256:y", shownKey: "ssh-ed25519 AAAA" },
    message:
      'host key changed: pinned SHA256:x, host shows SHA256:y. If the host was rebuilt, set host_key = "ssh-ed25519 AAAA" ' +
      "for this agent in the fleet file (compare it on the host first: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); " +
      "otherwise someone may be in between",
    observed: "host key changed: pinned SHA256:x, host shows SHA256:y",
  },
];

for (const { fault, message, observed } of cases) {
  test(`says what to do: ${message.slice(0, 60)}`, () => {
    assert.equal(faultMessage("a1", target, new SshError(fault)), `agent "a1" (198.18.0.2:22): ${message}`);
    assert.equal(observedFault(new SshError(fault)), observed);
    assert.ok(isUnseen(observed));
  });
}

test("names the assembler by its role and the proxy by its address", () => {
  const refused: SshFault = { kind: "login-refused", tried: ["password"], accepted: ["password"] };
  const behind = { ...target, proxy: { ...target, host: "fe80::1", user: "jump" } };
  assert.equal(
    faultMessage("assembler", behind, new SshError(refused, "proxy")),
    'assembler (198.18.0.2:22): proxy [fe80::1]:22: wrong password for user "jump": check host_password in [server]',
  );
  assert.match(observedFault(new SshError(refused, "proxy")), /^login refused: proxy: tried password/);
});
