import assert from "node:assert/strict";
import { test } from "node:test";
import { describeAlteration, secretsIn } from "../../../infra/ledger/config-comparison";

const should = `[agent]
name = "web-1"
[sender]
batch_size = 1024
[sender.elastic]
node_url = "http://198.51.100.1:9200"
password = "hunter2"
note = "as secret as the password"
[ebpf]
pids = [1, 2]
[ebpf.services]
"front end" = "node .*"
`;
const settings = { sender: { elastic: { password: "[secret]", note: "[secret]" } } };
const edited = (from: string | RegExp, to: string) => should.replace(from, to);

const cases: { what: string; is: string; words: string }[] = [
  { what: "a changed number", is: edited("1024", "10"), words: "sender.batch_size is 10, should be 1024" },
  {
    what: "a number beyond 2^53",
    is: edited("1024", "9223372036854775807"),
    words: "sender.batch_size is 9223372036854775807, should be 1024",
  },
  { what: "another type", is: edited("1024", '"1024"'), words: 'sender.batch_size is "1024", should be 1024' },
  {
    what: "a missing key",
    is: edited("batch_size = 1024\n", ""),
    words: "sender.batch_size is missing, should be 1024",
  },
  { what: "a key too many", is: edited("[ebpf]\n", '[ebpf]\nextra = "x"\n'), words: "ebpf.extra should not be there" },
  { what: "a changed list", is: edited("[1, 2]", "[1]"), words: "ebpf.pids is [1], should be [1,2]" },
  {
    what: "a key in quotes",
    is: edited("node .*", "java"),
    words: 'ebpf.services."front end" is "java", should be "node .*"',
  },
  {
    what: "a secret by its name",
    is: edited("hunter2", "hunter3"),
    words: "sender.elastic.password differs ([secret])",
  },
  {
    what: "a secret by the settings",
    is: edited("as secret", "less secret"),
    words: "sender.elastic.note differs ([secret])",
  },
  {
    what: "a missing secret",
    is: edited('password = "hunter2"\n', ""),
    words: "sender.elastic.password is missing, should be [secret]",
  },
  {
    what: "a secret that moved to an open place",
    is: edited('"web-1"', '"hunter2"'),
    words: 'agent.name is "[secret]", should be "web-1"',
  },
  {
    what: "a login inside an address",
    is: edited("http://", "http://elastic:hunter2@"),
    words: 'sender.elastic.node_url is "http://[secret]@198.51.100.1:9200", should be "http://198.51.100.1:9200"',
  },
  {
    what: "another order",
    is: `${edited('[agent]\nname = "web-1"\n', "")}[agent]\nname = "web-1"\n`,
    words: "same values, other text (comments, order or spacing)",
  },
  { what: "a comment", is: `# by hand\n${should}`, words: "same values, other text (comments, order or spacing)" },
  { what: "broken TOML", is: edited("batch_size = 1024", "batch_size = = 1024"), words: "not TOML (line 4)" },
  {
    what: "an empty file",
    is: "",
    words:
      'agent.name is missing, should be "web-1"; sender.batch_size is missing, should be 1024; sender.elastic.node_url is missing, should be "http://198.51.100.1:9200"; 4 more',
  },
];

for (const { what, is, words } of cases) {
  test(`names ${what}`, () => assert.equal(describeAlteration(is, should, settings), `altered: ${words}`));
}

test("cuts a long value short", () => {
  const is = edited('"web-1"', `"${"x".repeat(500)}"`);
  assert.ok(describeAlteration(is, should, settings).length < 150);
});

test("knows the secrets of a text by key and by settings", () => {
  assert.deepEqual(secretsIn(should, settings), ["hunter2", "as secret as the password"]);
  assert.deepEqual(secretsIn("not TOML at all", settings), []);
  assert.deepEqual(secretsIn('tokens = 1\ntoken = ["a", "b"]\n', undefined), ["a", "b"]);
});

test("does without settings", () => {
  assert.equal(
    describeAlteration(edited("hunter2", "hunter3"), should, undefined),
    "altered: sender.elastic.password differs ([secret])",
  );
});
