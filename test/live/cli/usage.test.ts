import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { runCommand } from "../../testbed/processes/run-command";

const program = path.resolve(__dirname, "..", "..", "..", "infra", "cli", "bin", "deeptrace.js");
const deeptrace = (...args: string[]) =>
  runCommand([process.execPath, program, ...args], { environment: { PATH: "", HOME: tmpdir() } });

test("the help names every command and what its exit status means", async () => {
  const { code, stdout } = await deeptrace("agents", "--help");
  assert.equal(code, 0);
  for (const command of ["status", "test", "start", "stop", "restart", "update-config", "logs", "plan"]) {
    assert.match(stdout, new RegExp(`^ {2}${command} `, "m"));
  }
  assert.match(
    stdout,
    /0 all well; 1 some agent is not; 2 wrong usage or configuration; 3 some host could not be reached/,
  );
});

const cases: [string[], RegExp][] = [
  [["agents", "sttaus"], /Did you mean status\?/],
  [["agents", "status", "--nonsense"], /unknown option '--nonsense'/],
  [["agents", "logs", "--lines", "many"], /allowed: a whole number from 0 to 100000/],
  [["agents", "logs", "--follow", "--json"], /give one of them/],
  [["agents", "plan", "--window", "0"], /allowed: a whole number from 1 to 10080/],
  [
    ["agents", "status", "--cwd", tmpdir()],
    /there is no Pulumi\.yaml in .* or above: run this in the project's folder/,
  ],
  [["agents", "status"], /no pulumi on the PATH/],
];
for (const [args, message] of cases) {
  test(`deeptrace ${args.slice(0, 4).join(" ").replace(tmpdir(), "FOLDER")} ends with 2 and says why`, async () => {
    const { code, stdout, stderr } = await deeptrace(...args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}
