import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { FaultsError, lineOf, readCheckedToml } from "../../../assembler/settings/checked-toml";

const schema = z.strictObject({
  elastic: z.strictObject({
    url: z.string().optional(),
    elastic_password: z.string(),
    port: z.int().min(1).max(65535).default(9200),
  }),
  mode: z.enum(["fast", "careful"]).optional(),
  agents: z
    .array(
      z.strictObject({
        info: z.strictObject({ agent_name: z.string().min(1), ssh_port: z.int().min(1).max(65535).optional() }),
      }),
    )
    .optional(),
});

function faultsOf(text: string, environment: Record<string, string> = {}): string {
  try {
    readCheckedToml("fleet.toml", text, schema, { environment });
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.message;
  }
  return "none";
}

const cases: { name: string; text: string; says: string[] }[] = [
  {
    name: "a missing key is reported at its table",
    text: '\n[elastic]\nurl = "http://x"\n',
    says: ["fleet.toml:2: elastic.elastic_password: got nothing; allowed: a text"],
  },
  {
    name: "an unknown key names the nearest known one",
    text: '[elastic]\nelastic_pasword = "hunter2"\n',
    says: [
      "fleet.toml:2: elastic.elastic_pasword: got an unknown key; allowed: url, elastic_password, port; did you mean elastic_password?",
    ],
  },
  {
    name: "a number out of range shows the range",
    text: 'elastic = { elastic_password = "x", port = 70000 }',
    says: ["fleet.toml:1: elastic.port: got 70000; allowed: a whole number from 1 to 65535"],
  },
  {
    name: "the second of several tables is told from the first",
    text: '[elastic]\nelastic_password="x"\n[[agents]]\n[agents.info]\nagent_name="a"\n[[agents]]\n[agents.info]\nagent_name="b"\nssh_port="22"\n',
    says: ['fleet.toml:9: agents[1].info.ssh_port: got "22"; allowed: a whole number from 1 to 65535'],
  },
  {
    name: "a wrong word names the allowed ones and the nearest",
    text: 'mode = "fsat"\n[elastic]\nelastic_password="x"',
    says: ['fleet.toml:1: mode: got "fsat"; allowed: "fast" or "careful"; did you mean "fast"?'],
  },
  {
    name: "all faults come at once, in the order of their lines",
    text: 'mode = 3\n[elastic]\nport = 0\nuser = "x"\n',
    says: [
      "fleet.toml:1: mode",
      "fleet.toml:2: elastic.elastic_password",
      "fleet.toml:3: elastic.port",
      "fleet.toml:4: elastic.user",
    ],
  },
  {
    name: "an unset variable is a fault that shows how to give a default",
    text: `[elastic]\nelastic_password = "x"\nurl = "http://\${ES_HOST}:9200"`,
    says: [`fleet.toml:3: elastic.url: got \${ES_HOST}, which is not set`, `\${ES_HOST:-default}`],
  },
];

for (const { name, text, says } of cases) {
  test(name, () => {
    const message = faultsOf(text);
    let from = 0;
    for (const part of says) {
      const at = message.indexOf(part, from);
      assert.notEqual(at, -1, `expected ${JSON.stringify(part)} in:\n${message}`);
      from = at;
    }
  });
}

test("invalid TOML keeps line and column and shows the place", () => {
  assert.equal(
    faultsOf("[elastic]\nport = = 3\n"),
    [
      'fleet.toml:2: column 8: got invalid TOML (invalid value); allowed: "text" in straight quotes, a number, true, false, a date, [a list] or { a = "table" }',
      "",
      "1:  [elastic]",
      "2:  port = = 3",
      "           ^",
      "3:",
    ].join("\n"),
  );
});

test("a secret is never part of a message, whatever is wrong with it or beside it", () => {
  const secret = "hunter2hunter2";
  for (const text of [
    `[elastic]\nelastic_password = "${secret}\nport = 1`,
    `[elastic]\nelastic_password = "${secret}"\nport = = 1`,
    `[elastic]\nelastic_password = """\n${secret}\n${secret}==\n`,
    `[elastic]\nelastic_password = ["${secret}"]\n`,
    `elastic = { elastic_password = "${secret}", port = }\n`,
    `[elastic]\nelastic_password = "x"\nport = "http://me:${secret}@host"\n`,
    `[elastic]\nelastic_password = "${secret}\${NOPE}"\n`,
  ]) {
    const message = faultsOf(text);
    assert.notEqual(message, "none");
    assert.ok(!message.includes(secret), message);
  }
});

test("variables are replaced inside strings, with defaults, and can be escaped", () => {
  const text = `[elastic]\nelastic_password = "a$\${b}"\nurl = "http://\${ES_HOST:-localhost}:\${ES_PORT}"`;
  const value = readCheckedToml("f", text, schema, { environment: { ES_PORT: "9201", ES_HOST: "" } });
  assert.deepEqual(value.elastic, { elastic_password: `a\${b}`, url: "http://localhost:9201", port: 9200 });
});

test("lines are found through dotted keys, inline tables, long strings and nested lists of tables", () => {
  const text = [
    "a.b.c = 1 # [x]",
    'text = """',
    "d = 2",
    '[no]"""',
    "list = [",
    "  1, # one",
    '  { k = "v, ]" },',
    "]",
    "[[t]]",
    "[[t.u]]",
    "x = 1",
    "[[t.u]]",
    "x = 2",
    "[[t]]",
    '[t."quoted key".z]',
    "y = 1979-05-27T07:32:00Z",
  ].join("\r\n");
  const lines: [(string | number)[], number | undefined][] = [
    [["a"], 1],
    [["a", "b", "c"], 1],
    [["text"], 2],
    [["d"], undefined],
    [["list", 0], 6],
    [["list", 1, "k"], 7],
    [["t", 0], 9],
    [["t", 0, "u", 1, "x"], 13],
    [["t", 1], 14],
    [["t", 1, "quoted key", "z", "y"], 16],
    [["t", 1, "missing", "deep"], 14],
    [["nowhere"], undefined],
  ];
  for (const [path, line] of lines) assert.equal(lineOf(text, path), line, path.join("."));
});
