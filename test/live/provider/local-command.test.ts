/** What a local.Command runs, and how. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startCommandProvider } from "./command-provider";
import type { Engine } from "./engine";

let engine: Engine;
let scratch: string;
before(async () => {
  engine = await startCommandProvider("command:local:Command", { FROM_ENGINE: "yes" });
});
after(() => engine.stop());
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "deeptrace-command-"));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

test("runs in a shell, with the variables of the engine and its own, in its directory", async () => {
  const create = 'echo "$FROM_ENGINE $OWN $(pwd)"; cat';
  const made = await engine.create({ create, environment: { OWN: "own" }, dir: "/usr", stdin: "stdin" });
  assert.equal(made.state.stdout, "yes own /usr\nstdin");
});

test("runs by another interpreter", async () => {
  const made = await engine.create({ create: "console.log(6 * 7)", interpreter: [process.execPath, "-e"] });
  assert.equal(made.state.stdout, "42");
});

test("quotes the command and shows its output when it fails", async () => {
  await assert.rejects(
    engine.create({ create: "echo out; exit 4" }),
    /exit status 4: running "echo out; exit 4":\nout/,
  );
});

test("runs `update` on a change with the previous outputs, and `delete` at the end", async () => {
  const file = join(scratch, "deleted");
  const inputs = {
    create: "echo one",
    update: "echo was $PULUMI_COMMAND_STDOUT",
    delete: `echo $PULUMI_COMMAND_STDOUT > ${file}`,
  };
  const made = await engine.create(inputs);
  const next = await engine.update(made, { ...inputs, stdin: "x" });
  assert.equal(next.state.stdout, "was one");
  await engine.delete(next);
  assert.equal(readFileSync(file, "utf8"), "was one\n");
});
