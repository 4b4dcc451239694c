import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { assignments, printingFunction, quote, quotePath } from "../../../infra/host-scripts/shell-quote";

function sh(script: string): string {
  const { stdout, stderr, status } = spawnSync("sh", ["-s"], {
    input: script,
    encoding: "utf8",
    env: { HOME: "/home/it's" },
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

const texts = fc.string({ unit: fc.constantFrom(..."ab '\"$`\\!*~#&;|<>(){}[]=%\n\r\tä€") });

test("any text reaches the shell as one word, and as the value of a variable", () => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 30 }), (all) => {
      const words = sh(all.map((text) => `v=${quote(text)}\nprintf '%s\\0' "$v"`).join("\n"));
      assert.deepEqual(words.split("\0").slice(0, -1), all);
    }),
    { numRuns: 15 },
  );
});

test("any text with a newline at its end is printed as it is, also one that holds the end mark", () => {
  const marks = ["DEEPTRACE_END\n", "a\nDEEPTRACE_END\nDEEPTRACE_END_\n$HOME `x`\n", "\n"];
  for (const text of marks) assert.equal(sh(`${printingFunction("content", text)}\ncontent\n`), text);
});

test("only the HOME at the start of a path is left to the shell", () => {
  assert.equal(sh(`printf %s ${quotePath("$HOME/.deeptrace/$HOME")}`), "/home/it's/.deeptrace/$HOME");
  assert.equal(quotePath("/opt/$HOME"), "'/opt/$HOME'");
});

test("assignments keep their order", () => {
  assert.equal(assignments({ a: "1", b: "it's" }, { c: "$HOME/x" }), "a='1'\nb='it'\\''s'\nc=\"$HOME\"'/x'");
});

test("a text with NUL, which no shell can hold, is refused", () => {
  assert.throws(() => quote("a\0b"), /NUL/);
  assert.throws(() => printingFunction("f", "a\0b\n"), /NUL/);
});
