import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { gateConfig, passwordLine } from "../../testbed/elasticsearch/password-gate";
import { blockAddress } from "../../testbed/hosts/host-network";
import { sessionScript, sshdConfig } from "../../testbed/hosts/sshd-files";
import { withRootPassword } from "../../testbed/hosts/systemd-disk";
import { diagnosticsOf, withStackFile } from "../../testbed/pulumi-project";

test("nginx' password file holds a salted digest, not the password", () => {
  const salt = Buffer.from("12345678");
  const [user, hash] = passwordLine("elastic", "secret", salt).trim().split(":{SSHA}");
  const bytes = Buffer.from(hash ?? "", "base64");
  assert.equal(user, "elastic");
  assert.deepEqual(bytes.subarray(0, 20), createHash("sha1").update("secret12345678").digest());
  assert.deepEqual(bytes.subarray(20), salt);
});

test("the gate listens on each address, keeps its files together and lets any body through", () => {
  const text = gateConfig("/t/nginx", ["127.0.0.1:1", "198.18.0.1:1"], "127.0.0.1:9");
  assert.match(text, /listen 127\.0\.0\.1:1;\n {4}listen 198\.18\.0\.1:1;/);
  assert.match(text, /client_max_body_size 0;/);
  assert.match(text, /server 127\.0\.0\.1:9;/);
  for (const [, file] of text.matchAll(/_(?:path|file) (\S+);/g)) assert.ok(file?.startsWith("/t/nginx/"), file);
});

test("blocks of addresses neither overlap nor leave 198.18.0.0/24", () => {
  assert.equal(blockAddress(0, 0), "198.18.0.1");
  assert.equal(blockAddress(0, 13), "198.18.0.14");
  assert.equal(blockAddress(1, 0), "198.18.0.17");
  assert.equal(blockAddress(15, 13), "198.18.0.254");
});

test("only root's password changes in the shadow file, even if the hash looks like a replacement pattern", () => {
  const shadow = "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n";
  assert.equal(withRootPassword(shadow, "$6$&x$$y"), "root:$6$&x$$y:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n");
});

test("an sshd without root listens on loopback and takes keys only", () => {
  const text = sshdConfig("/t/one", 2022);
  for (const line of ["Port 2022", "ListenAddress 127.0.0.1", "PasswordAuthentication no", "UsePAM no"])
    assert.ok(text.split("\n").includes(line), line);
});

test("a session keeps quotes in its environment and in its command", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "session-"));
  try {
    const script = path.join(directory, "session.sh");
    writeFileSync(script, sessionScript({ HOME: directory, GREETING: `it's "$HOME"` }));
    const said = execFileSync("/bin/sh", [script], {
      env: { SSH_ORIGINAL_COMMAND: `printf '%s|' "$PWD" "$GREETING" 'a b'` },
      encoding: "utf8",
    });
    assert.equal(said, `${directory}|it's "$HOME"|a b|`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("the stack's file is named to the commands that read it and to no other", () => {
  assert.deepEqual(withStackFile(["up", "--yes"], "/s.yaml"), ["up", "--yes", "--config-file", "/s.yaml"]);
  assert.deepEqual(withStackFile(["config", "set", "a", "b"], "/s.yaml").slice(-2), ["--config-file", "/s.yaml"]);
  assert.deepEqual(withStackFile(["stack", "export"], "/s.yaml"), ["stack", "export"]);
  assert.deepEqual(withStackFile(["version"], "/s.yaml"), ["version"]);
});

test("a failed command of the CLI is told by its diagnostics, or else by its last lines", () => {
  const preview = "Previewing:\nDiagnostics:\n  stack:\n    warning: careful\nResources:\n 1\n";
  const update =
    "Updating:\nDiagnostics:\n  command (a):\n    error: no\n\n  stack:\n    error: failed\n\nResources:\n 1\n";
  assert.equal(diagnosticsOf(preview + update), "  command (a):\n    error: no\n\n  stack:\n    error: failed");
  assert.equal(diagnosticsOf("error: no stack\n"), "error: no stack");
});
