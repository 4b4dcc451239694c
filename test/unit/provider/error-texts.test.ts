import assert from "node:assert/strict";
import { test } from "node:test";
import { errorReply } from "../../../infra/provider-server/error-reply";
import { failureText, quoted } from "../../testbed/command-provider/run-report";

test("an error is its message alone, whatever was thrown", () => {
  assert.equal(errorReply(new Error("plain words")).details, "plain words");
  assert.equal(errorReply("words").details, "words");
});

test("a very long message keeps its head and its tail, and whole characters", () => {
  const { details } = errorReply(new Error(`begin ${"ä€😀".repeat(20_000)} end`));
  assert.ok(Buffer.byteLength(details) < 17_000);
  assert.match(details, /^begin ä/);
  assert.match(details, / end$/);
  assert.match(details, /\n… \d+ bytes left out …\n/);
  assert.ok(!details.includes("\uFFFD"));
});

const quotes: [string, string][] = [
  ['echo "a"', '"echo \\"a\\""'],
  ["a\\b", '"a\\\\b"'],
  ["a\n\t\r", '"a\\n\\t\\r"'],
  ["\u0007\u001b\u007f", '"\\a\\x1b\\x7f"'],
  ["it's ä € 😀", '"it\'s ä € 😀"'],
  ["\u0085", '"\\u0085"'],
];
test("a command is quoted as the official provider quotes it", () => {
  for (const [text, expected] of quotes) assert.equal(quoted(text), expected);
  assert.equal(failureText("exit status 1", "false", "out\n"), 'exit status 1: running "false":\nout\n');
});
