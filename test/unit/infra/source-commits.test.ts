import assert from "node:assert/strict";
import { test } from "node:test";
import { lookUpFailure, pickCommit } from "../../../infra/source-commits";

const listed = [
  "1111111111111111111111111111111111111111\trefs/heads/main",
  "2222222222222222222222222222222222222222\trefs/heads/feature/main",
  "3333333333333333333333333333333333333333\trefs/tags/v1",
  "4444444444444444444444444444444444444444\trefs/tags/v1^{}",
  "5555555555555555555555555555555555555555\trefs/tags/light",
  "6666666666666666666666666666666666666666\trefs/tags/both",
  "7777777777777777777777777777777777777777\trefs/heads/both",
].join("\n");

const cases: [string, string, string | undefined][] = [
  ["a branch is found by its whole name alone", "main", "1".repeat(40)],
  ["a branch may have a slash in its name", "feature/main", "2".repeat(40)],
  ["an annotated tag stands for the commit it points at", "v1", "4".repeat(40)],
  ["a plain tag is a commit", "light", "5".repeat(40)],
  ["a branch wins over a tag of its name", "both", "7".repeat(40)],
  ["a full ref name is taken as it is", "refs/tags/light", "5".repeat(40)],
  ["an unknown name is nothing", "mai", undefined],
];

for (const [name, ref, commit] of cases) {
  test(name, () => assert.equal(pickCommit(listed, ref), commit));
}

const failures: [string, object, string][] = [
  ["git's own last words", { code: 128, stderr: "warning: slow\nfatal: no route\nand more\n" }, "fatal: no route"],
  ["a missing git", { code: "ENOENT" }, "git is missing on this machine: install it"],
  ["a server that is silent", { killed: true, signal: "SIGTERM" }, "no answer within 30 s"],
  ["a connection closed on git", { code: null, signal: "SIGPIPE", stderr: "" }, "the server closed the connection"],
  ["an end without a word", { code: 3, signal: null, stderr: "\n" }, "git ls-remote ended with status 3"],
];

for (const [what, error, words] of failures) {
  test(`a look-up that failed is explained by ${what}`, () => assert.equal(lookUpFailure(error), words));
}
