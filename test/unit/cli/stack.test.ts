import assert from "node:assert/strict";
import { test } from "node:test";
import { exitStatusOf } from "../../../infra/cli/agent-report";
import { maskerOf } from "../../../infra/cli/masking";
import { printable } from "../../../infra/cli/printable";
import { readConfigValues } from "../../../infra/cli/stack/config-values";
import { expectedKeys, readLedgers } from "../../../infra/cli/stack/pinned-keys";
import { reasonOf } from "../../../infra/cli/stack/pulumi-command";
import { ledgerToken } from "../../../infra/ledger/ledger-contract";

test("a stack's configuration is read with its secrets, structures as JSON, other projects left out", () => {
  const { values, secrets } = readConfigValues(
    "deeptrace",
    JSON.stringify({
      "deeptrace:pw": { value: "hunter2", secret: true },
      "deeptrace:rollout": { value: '{"canary":2}', objectValue: { canary: 2 }, secret: false },
      "aws:region": { value: "eu-west-1", secret: false },
    }),
  );
  assert.deepEqual(values, { pw: "hunter2", rollout: '{"canary":2}' });
  assert.deepEqual([secrets.get("pw"), secrets.isSecret("pw"), secrets.isSecret("rollout")], ["hunter2", true, false]);
  assert.throws(
    () => readConfigValues("deeptrace", "hunter2"),
    (error: Error) => !error.message.includes("hunter2"),
  );
});

const target = { host: "h", port: 22, user: "root", become: false };
const state = ({ target, ...outputs }: { target: object; hostKey?: string; proxyHostKey?: string }) =>
  JSON.stringify({
    deployment: { resources: [{ type: ledgerToken, inputs: { agent: "a", target }, outputs }, { type: "x" }] },
  });

test("a host is held to the fleet's own key, else to the one pinned in the state of the same server", () => {
  const ledger = readLedgers(state({ hostKey: "ssh-ed25519 P", target: { host: "h", port: 22 } })).get("a");
  assert.deepEqual(expectedKeys(target, ledger), { hostKey: "ssh-ed25519 P" });
  assert.deepEqual(expectedKeys({ ...target, hostKey: "ssh-ed25519 F" }, ledger), { hostKey: "ssh-ed25519 F" });
  assert.deepEqual(expectedKeys({ ...target, port: 2222 }, ledger), {});
  assert.deepEqual(expectedKeys(target, undefined), {});
});

test("the same holds for its bastion", () => {
  const proxy = { host: "p", port: 22, user: "root" };
  const outputs = {
    hostKey: "ssh-ed25519 P",
    proxyHostKey: "ssh-ed25519 Q",
    target: { host: "h", port: 22, proxy: { host: "p", port: 22 } },
  };
  const ledger = readLedgers(state(outputs)).get("a");
  assert.deepEqual(expectedKeys({ ...target, proxy: { ...proxy, become: false } }, ledger), {
    hostKey: "ssh-ed25519 P",
    proxyHostKey: "ssh-ed25519 Q",
  });
});

test("a state without resources has no ledgers, and what is no state is a fault", () => {
  assert.equal(readLedgers(JSON.stringify({ deployment: {} })).size, 0);
  assert.throws(() => readLedgers("no"), /pulumi stack export printed no JSON/);
});

test("what Pulumi says is handed on, with our way to do what it asks for", () => {
  const said = (stderr: string) => reasonOf({ code: 1, stdout: "", stderr });
  assert.match(
    said("error: no stack selected; please use `pulumi stack select`"),
    /^no stack is selected: name one with --stack/,
  );
  assert.match(said("error: incorrect passphrase"), /^incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE/);
  assert.equal(said("error: no stack named 'x' found\n"), "no stack named 'x' found");
});

test("an unreachable host outweighs one that is not well in the exit status", () => {
  const status = (...standings: ("well" | "unwell" | "unreachable")[]) =>
    exitStatusOf(standings.map((standing) => ({ standing })));
  assert.deepEqual(
    [status("well"), status("well", "unwell"), status("unwell", "unreachable", "well"), status()],
    [0, 1, 3, 0],
  );
});

test("secrets are masked, of a key each line", () => {
  const mask = maskerOf(["hunter2", "-----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----\n"]);
  assert.equal(mask("pw hunter2, key AAAABBBBCCCC, http://u:p@h/"), "pw [secret], key [secret], http://[secret]@h/");
});

test("text of a host cannot move the cursor", () => {
  assert.equal(printable("a\x1b[2Jb\x1b]0;title\x07c\td"), "ab ]0;title c d");
});
