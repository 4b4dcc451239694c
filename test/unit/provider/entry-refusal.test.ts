import assert from "node:assert/strict";
import { test } from "node:test";
import { entryRefusal } from "../../../infra/ledger/entry-refusal";

const target = { host: "h", port: 22, user: "ops" };
const cases: { what: string; become: boolean; code: number; stderr?: string; stdout?: string; refusal?: RegExp }[] = [
  { what: "a command that ran", become: true, code: 0, stderr: "sudo: unable to resolve host h" },
  {
    what: "sudo that wants a password",
    become: true,
    code: 1,
    stderr: "sudo: a password is required\n",
    refusal: /^sudo refuses user "ops" \(sudo: a password is required\): check host_password/,
  },
  {
    what: "a user without the right to sudo",
    become: true,
    code: 1,
    stderr: "\nops is not in the sudoers file.\nThis incident has been reported.\n",
    refusal: /^sudo refuses user "ops" \(ops is not in the sudoers file\.\)/,
  },
  {
    what: "a host without sudo",
    become: true,
    code: 127,
    stderr: "sh: 1: sudo: not found\n",
    refusal: /^sudo refuses user "ops" \(sh: 1: sudo: not found\)/,
  },
  {
    what: "a shell that turns people away",
    become: false,
    code: 1,
    stdout: "This account is currently not available.\n",
    refusal: /^user "ops" gets in, but no command runs there \(exit status 1: This account is currently/,
  },
];
for (const { what, become, code, stderr = "", stdout = "", refusal } of cases) {
  test(`tells ${what}`, () => {
    const words = entryRefusal({ ...target, become }, { stdout, stderr, code });
    if (refusal === undefined) assert.equal(words, undefined);
    else assert.match(words ?? "", refusal);
  });
}
