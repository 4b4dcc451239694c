import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { openTestbed, type PulumiProject, type Testbed } from "../../testbed/testbed";

const PROJECT = path.resolve(__dirname, "..", "..", "..");

let testbed: Testbed;
let pulumi: PulumiProject;

before(async () => {
  process.env.PULUMI_BACKEND_URL = "file:///nowhere";
  process.env.PULUMI_CONFIG_PASSPHRASE = "of the caller";
  testbed = await openTestbed();
  pulumi = await testbed.pulumi();
});
after(() => testbed.close());

test("the CLI is at least the version that the project is made for", async () => {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec((await pulumi.run(["version"])).stdout) ?? [];
  assert.ok(Number(major) > 3 || Number(minor) >= 255, `${major}.${minor}`);
});

test("its stack is empty and selected, whatever the caller's environment says", async () => {
  const listed = await pulumi.run(["stack", "ls", "--json"]);
  const stacks = JSON.parse(listed.stdout) as { name: string; current: boolean; resourceCount?: number }[];
  assert.deepEqual(
    stacks.map(({ name, resourceCount }) => ({ name, resourceCount: resourceCount ?? 0 })),
    [{ name: "testbed", resourceCount: 0 }],
  );
});

test("a secret is encrypted, in a file outside the checkout", async () => {
  await pulumi.run(["config", "set", "--secret", "elasticPassword", "visible?"]);
  const text = readFileSync(pulumi.stackFile, "utf8");
  assert.match(text, /elasticPassword:\s+secure: v1:/);
  assert.doesNotMatch(text, /visible/);
  assert.equal((await pulumi.run(["config", "get", "elasticPassword"])).stdout.trim(), "visible?");
  assert.equal(existsSync(path.join(PROJECT, path.basename(pulumi.stackFile))), false);
});

test("the passphrase is in a file for its owner alone, and not in the environment", () => {
  const file = pulumi.environment.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(pulumi.environment.PULUMI_CONFIG_PASSPHRASE, undefined);
});

test("a failing command is an error that quotes it, unless failure is allowed", async () => {
  await assert.rejects(pulumi.run(["stack", "select", "absent"]), /stack select absent.*status/);
  const result = await pulumi.run(["stack", "select", "absent"], { allowFailure: true });
  assert.notEqual(result.code, 0);
});
