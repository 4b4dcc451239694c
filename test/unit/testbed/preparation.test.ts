import assert from "node:assert/strict";
import { test } from "node:test";
import { missingMessage } from "../../testbed/tools/apt-packages";
import { codeName, mirrorOf } from "../../testbed/tools/apt-sources";
import { goMinor } from "../../testbed/tools/go";
import { javaMajor } from "../../testbed/tools/java";
import { MissingPart, requireCommand } from "../../testbed/tools/missing-part";
import { stepLine } from "../../testbed/tools/progress";
import { isRecentPulumi } from "../../testbed/tools/pulumi-cli";

test("an installed Pulumi counts if it is 3.255.0 or newer", () => {
  const cases: [string, boolean][] = [
    ["v3.255.0\n", true],
    ["v3.255.1", true],
    ["3.300.0", true],
    ["v4.0.0", true],
    ["v3.254.9", false],
    ["v2.999.0", false],
    ["", false],
  ];
  for (const [said, recent] of cases) assert.equal(isRecentPulumi(said), recent, said);
});

test("a JDK says its version in old and new forms", () => {
  assert.equal(javaMajor("javac 17.0.15\n"), 17);
  assert.equal(javaMajor("javac 1.8.0_392"), 1);
  assert.equal(javaMajor("no such command"), 0);
});

test("a Go says its version with and without a patch number", () => {
  assert.equal(goMinor("go version go1.19.8 linux/amd64"), 19);
  assert.equal(goMinor("go version go1.26 linux/arm64"), 26);
});

test("the release is this machine's, and its mirror the one that apt uses for its main archive", () => {
  assert.equal(codeName('ID=debian\nVERSION_CODENAME=bookworm\nNAME="x"\n'), "bookworm");
  assert.equal(codeName("ID=arch\n"), undefined);
  const targets = [
    "bookworm-security main http://one.example/security/",
    "bookworm contrib http://two.example/debian/",
    "bookworm main http://two.example/debian/",
  ].join("\n");
  assert.equal(mirrorOf("bookworm", targets), "http://two.example/debian/");
  assert.equal(mirrorOf("trixie", targets), undefined);
});

test("what is missing is named with its purpose and the one command that installs all of it", () => {
  const message = missingMessage([
    { command: "nginx", packageName: "nginx", purpose: "the password in front of Elasticsearch" },
    { command: "sshd", packageName: "openssh-server", purpose: "hosts without root" },
  ]);
  assert.equal(
    message,
    `These commands are missing:
  nginx: the password in front of Elasticsearch
  sshd: hosts without root
Install them: sudo apt-get install -y nginx openssh-server`,
  );
});

test("a missing command found late says the same", () => {
  const requirement = { command: "no-such-command", packageName: "such", purpose: "this test" };
  assert.throws(
    () => requireCommand(requirement),
    new MissingPart("no-such-command", "this test", "sudo apt-get install -y such"),
  );
});

test("a progress line shows the time of a step, or that there was nothing to do", () => {
  assert.equal(stepLine("npm packages", 23_140), `✓ npm packages${" ".repeat(28)}   23.1 s`);
  assert.equal(stepLine("npm packages", undefined), `✓ npm packages${" ".repeat(28)}   cached`);
});
