import assert from "node:assert/strict";
import { test } from "node:test";
import type { Expectation } from "../../../infra/ledger/probe-facts";
import { observe, observeAll } from "../../../infra/ledger/probe-facts";
import { isUnseen } from "../../../infra/ledger/unseen-host";

const configText = '[agent]\nname = "a1"\n[sender.elastic]\npassword = "hunter2"\n';
const wanted: Expectation = {
  desired: {
    source: "at 1234",
    install: "installed from 1234",
    config: "sha256:abc 0600 root:root",
    service: "active",
  },
  configText,
};
const base64 = (text: string) => Buffer.from(text).toString("base64");
const printed = (config: string) => `source=at 1234\ninstall=installed from 1234\n${config}\nservice=active\n`;
const good = `config.attributes=0600 root:root\nconfig.base64=${base64(configText)}`;
const seen = (stdout: string, stderr = "", code: number | null = 0) =>
  observe({ stdout, stderr, code }, wanted, ["pw"]);

test("all is well when everything reads as desired", () => {
  assert.deepEqual(seen(printed(good)), wanted.desired);
});

test("takes Windows line ends and chatter around the facts", () => {
  assert.deepEqual(seen(`Welcome!\n${printed(good).replace(/\n/g, "\r\n")}bye = 1\n`), wanted.desired);
});

test("only the drifted facet reads otherwise", () => {
  const drifted = seen(printed(good).replace("service=active", "service=inactive (stopped)"));
  assert.deepEqual(drifted, { ...wanted.desired, service: "inactive (stopped)" });
});

const configs: { what: string; lines: string; words: string }[] = [
  { what: "an absent file", lines: "config=absent", words: "absent" },
  { what: "other attributes", lines: good.replace("0600", "0644"), words: "sha256:abc 0644 root:root" },
  {
    what: "another content",
    lines: good.replace(base64(configText), base64(configText.replace("a1", "a2"))),
    words: 'altered: agent.name is "a2", should be "a1"',
  },
  {
    what: "another content and other attributes",
    lines: `config.attributes=0644 ops:ops\nconfig.base64=${base64(configText.replace("a1", "a2"))}`,
    words: 'altered: agent.name is "a2", should be "a1"; 0644 ops:ops',
  },
  {
    what: "an empty file",
    lines: "config.attributes=0600 root:root\nconfig.base64=",
    words: 'altered: agent.name is missing, should be "a1"; sender.elastic.password is missing, should be [secret]',
  },
];
for (const { what, lines, words } of configs) {
  test(`the configuration reads ${what}`, () => assert.equal(seen(printed(lines)).config, words));
}

test("a probe that ends early leaves the rest unseen, with its last words", () => {
  const observed = seen("source=at 1234\n", "sh: 3: cannot fork\n", 2);
  assert.equal(observed.source, "at 1234");
  assert.equal(observed.service, "probe failed: exit status 2: sh: 3: cannot fork");
  assert.ok(isUnseen(observed.service));
});

test("a facet that the probe forgets is named", () => {
  assert.equal(seen("source=at 1234\n").install, "probe failed: it printed nothing about install");
});

test("no secret gets into an observation", () => {
  const observed = seen(printed(good).replace("active", "runs with hunter2 by pw at http://u:p@h/"), "", 0);
  assert.equal(
    observed.service,
    "runs with [secret] by [secret] at http[secret]@h/".replace("http[secret]", "http://[secret]"),
  );
});

test("an observation is of bounded length", () => {
  assert.equal(seen(printed(good).replace("active", "x".repeat(100_000))).service?.length, 300);
});

test("only desired facets are observed", () => {
  const observed = observe({ stdout: printed(good), stderr: "", code: 0 }, { desired: { service: "active" } }, []);
  assert.deepEqual(observed, { service: "active" });
  assert.deepEqual(observeAll({ config: "x", service: "y" }, "gone"), { config: "gone", service: "gone" });
});

test("what the settings say to be secret is masked, be they TOML or tables as earlier versions recorded them", () => {
  const config = '[sender]\nnote = "quiet"\n';
  const lines = `config.attributes=0600 root:root\nconfig.base64=${base64(config.replace("quiet", "loud"))}`;
  for (const settings of ['[sender]\nnote = "[secret]"\n', { sender: { note: "[secret]" } }]) {
    const expectation = { ...wanted, configText: config, settings };
    const observed = observe({ stdout: printed(lines), stderr: "", code: 0 }, expectation, []);
    assert.equal(observed.config, "altered: sender.note differs ([secret])");
  }
});
