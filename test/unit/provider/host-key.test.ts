import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, formatHostKey, offeredAlgorithms, parseHostKey, sameHostKey } from "../../../infra/ssh/host-key";

const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

test("prints a key's fingerprint as OpenSSH does", () => {
  assert.equal(fingerprint(parseHostKey(ed25519)), "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
});

test("drops the comment and keeps the key", () => {
  const key = parseHostKey(`  ${ed25519} root@host \n`);
  assert.equal(formatHostKey(key), ed25519);
  assert.ok(sameHostKey(key, parseHostKey(ed25519)));
});

const faults: { what: string; text: string; message: RegExp }[] = [
  { what: "an empty text", text: "", message: /unknown type ""/ },
  { what: "a fingerprint", text: "SHA256:abc", message: /unknown type "SHA256:abc": expected "<type> <base64>"/ },
  { what: "a key without its bytes", text: "ssh-ed25519", message: /ssh-ed25519 is not readable/ },
  {
    what: "a key under another name",
    text: ed25519.replace("ssh-ed25519", "ssh-rsa"),
    message: /says ssh-rsa but holds a key of type ssh-ed25519/,
  },
  { what: "a line of known_hosts", text: `host ${ed25519}`, message: /unknown type "host"/ },
];
for (const { what, text, message } of faults) {
  test(`refuses ${what}`, () => assert.throws(() => parseHostKey(text), message));
}

test("asks first for the type of the expected key, and never for SHA-1 signatures", () => {
  assert.equal(offeredAlgorithms(undefined)[0], "ssh-ed25519");
  const rsa = { type: "ssh-rsa", blob: Buffer.alloc(0) };
  assert.deepEqual(offeredAlgorithms(rsa).slice(0, 3), ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
  assert.ok(!offeredAlgorithms(rsa).includes("ssh-rsa"));
});
