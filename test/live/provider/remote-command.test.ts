/** What a remote.Command runs, when, and what it keeps. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Unknown } from "../../../infra/provider-server/property-value";
import { commandBench } from "./command-provider";

const bench = commandBench("command:remote:Command");

test("writes the defaults of a connection into the inputs", async () => {
  const { inputs, failures } = await bench.engine.check({
    connection: { host: "h", proxy: { host: "p" } },
    create: "true",
  });
  assert.deepEqual(failures, []);
  const defaults = { port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
  assert.deepEqual(inputs, {
    connection: { host: "h", ...defaults, proxy: { host: "p", ...defaults } },
    create: "true",
  });
});

test("refuses a command without a connection", async () => {
  const { failures } = await bench.engine.check({ create: "true" });
  assert.equal(failures.length, 1);
});

test("marks the connection secret in what it returns", async () => {
  const made = await bench.engine.create({ connection: bench.connection(), create: "true" });
  assert.ok(made.secrets.some((path) => path.join(".") === "connection"));
});

test("keeps both outputs without their last newline", async () => {
  const made = await bench.engine.create({ connection: bench.connection(), create: "echo a; echo; echo b >&2" });
  assert.equal(made.state.stdout, "a\n");
  assert.equal(made.state.stderr, "b");
  assert.match(made.id, /^thing[0-9a-f]{8}$/);
});

test("runs nothing in a preview and leaves the outputs unknown", async () => {
  const file = join(bench.scratch, "ran");
  const made = await bench.engine.create({ connection: bench.connection(), create: `touch ${file}` }, true);
  assert.ok(made.state.stdout instanceof Unknown);
  const old = await bench.engine.create({ connection: bench.connection(), create: "true" });
  const again = await bench.engine.update(old, { connection: bench.connection(), create: `touch ${file}` }, true);
  assert.ok(again.state.stdout instanceof Unknown);
  assert.equal(existsSync(file), false);
});

test("hands stdin to the command", async () => {
  const made = await bench.engine.create({ connection: bench.connection(), create: "cat", stdin: "line 1\nline 2" });
  assert.equal(made.state.stdout, "line 1\nline 2");
});

test("fails a command that is done before a large stdin has been sent", async () => {
  const failed = bench.engine.create({
    connection: bench.connection(),
    create: "echo done",
    stdin: "x".repeat(5_000_000),
  });
  await assert.rejects(failed, /EOF: running "echo done":\ndone/);
});

test("quotes the command and shows its output when it fails", async () => {
  const create = 'echo "out"; echo err >&2; exit 3';
  await assert.rejects(bench.engine.create({ connection: bench.connection(), create }), (error: Error) => {
    assert.match(error.message, /Process exited with status 3: running "echo \\"out\\"; echo err >&2; exit 3":\n/);
    assert.match(error.message, /out\n/);
    assert.match(error.message, /err\n/);
    return true;
  });
});

test("names the signal that ended a command", async () => {
  const failed = bench.engine.create({ connection: bench.connection(), create: "kill -KILL $$" });
  await assert.rejects(failed, /Process exited with status 137 from signal KILL: running/);
});

test("survives an output of a megabyte", async () => {
  const made = await bench.engine.create({
    connection: bench.connection(),
    create: "head -c 1000000 /dev/zero | tr '\\0' x",
    logging: "none",
  });
  assert.equal(String(made.state.stdout).length, 1_000_000);
});

test("runs `update` on a changed input, and `create` again where there is none", async () => {
  const first = { connection: bench.connection(), create: "echo created", update: "echo updated" };
  const made = await bench.engine.create(first);
  const news = { ...first, stdin: "other" };
  assert.deepEqual(await bench.engine.diff(made, news), { stdin: "add" });
  assert.equal((await bench.engine.update(made, news)).state.stdout, "updated");
  const { update: _update, ...withoutUpdate } = news;
  assert.equal((await bench.engine.update(made, withoutUpdate)).state.stdout, "created");
});

test("sees no change in the same inputs", async () => {
  const inputs = {
    connection: bench.connection(),
    create: "true",
    triggers: [1, { a: "b" }],
    environment: { ACCEPTED: "b" },
  };
  const made = await bench.engine.create(inputs);
  assert.deepEqual(await bench.engine.diff(made, inputs), {});
});

test("takes a changed connection as an update", async () => {
  const made = await bench.engine.create({ connection: bench.connection(), create: "true" });
  const found = await bench.engine.diff(made, { connection: bench.connection({ user: "other" }), create: "true" });
  assert.deepEqual(found, { connection: "update" });
});

test("asks for a new resource when a trigger changes", async () => {
  const { triggers: _triggers, ...without } = { connection: bench.connection(), create: "true", triggers: ["a", "b"] };
  const made = await bench.engine.create({ ...without, triggers: ["a", "b"] });
  assert.deepEqual(await bench.engine.diff(made, without), { triggers: "delete, replace" });
  // For these the SDK asks the engine to replace: replaceOnChanges ["triggers[*]"].
  assert.deepEqual(await bench.engine.diff(made, { ...without, triggers: ["a", "c"] }), { "triggers[1]": "update" });
  assert.deepEqual(await bench.engine.diff(made, { ...without, triggers: ["a", "b", 3] }), { "triggers[2]": "add" });
});

test("runs `delete` as it was recorded, and nothing where there is none", async () => {
  const file = join(bench.scratch, "deleted");
  const inputs = { connection: bench.connection(), create: "true", delete: `cat > ${file}`, stdin: "recorded" };
  const made = await bench.engine.create(inputs);
  await bench.engine.delete(made);
  assert.equal(readFileSync(file, "utf8"), "recorded");
  await bench.engine.delete(await bench.engine.create({ connection: bench.connection(), create: "true" }));
});

test("gives the previous outputs to the next command unless told not to", async () => {
  const inputs = {
    connection: bench.connection(),
    create: "echo out; echo err >&2",
    update: "env | grep ^PULUMI_COMMAND || true",
  };
  const made = await bench.engine.create(inputs);
  const next = await bench.engine.update(made, inputs);
  assert.match(String(next.state.stdout), /PULUMI_COMMAND_STDOUT=out/);
  assert.match(String(next.state.stdout), /PULUMI_COMMAND_STDERR=err/);
  const silent = { ...inputs, addPreviousOutputInEnv: false };
  assert.equal((await bench.engine.update(made, silent)).state.stdout, "");
});

test("sets the variables that the server accepts", async () => {
  const made = await bench.engine.create({
    connection: bench.connection(),
    create: 'echo "$ACCEPTED"',
    environment: { ACCEPTED: "a b" },
  });
  assert.equal(made.state.stdout, "a b");
});

test("fails on a variable that the server does not accept", async () => {
  const failed = bench.engine.create({ connection: bench.connection(), create: "true", environment: { REFUSED: "a" } });
  await assert.rejects(failed, /could not set environment variable "REFUSED"/);
});

test("shows the output while it runs, as far as `logging` allows", async () => {
  const create = "echo to-stdout; echo to-stderr >&2";
  const shownBy = async (logging?: string) => {
    const before = bench.engine.log.length;
    await bench.engine.create({ connection: bench.connection(), create, ...(logging && { logging }) });
    return bench.engine.log
      .slice(before)
      .filter((line) => line.startsWith("to-"))
      .sort();
  };
  assert.deepEqual(await shownBy(), ["to-stderr", "to-stdout"]);
  assert.deepEqual(await shownBy("stdout"), ["to-stdout"]);
  assert.deepEqual(await shownBy("stderr"), ["to-stderr"]);
  assert.deepEqual(await shownBy("none"), []);
});

test("does nothing without a command", async () => {
  const made = await bench.engine.create({ connection: bench.connection({ port: 1 }) });
  assert.equal(made.state.stdout, "");
  assert.equal(made.state.stderr, "");
});

test("reads back what was recorded", async () => {
  const made = await bench.engine.create({ connection: bench.connection(), create: "echo a" });
  assert.deepEqual(await bench.engine.read(made), made);
});
