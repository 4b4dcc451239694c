/** What a remote.CopyToRemote copies, where to, and when. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Archive, Asset } from "../../../infra/provider-server/property-value";
import { commandBench } from "./command-provider";

const bench = commandBench("command:remote:CopyToRemote");

const copy = (source: Asset | Archive, remotePath: string) =>
  bench.engine.create({ connection: bench.connection(), source, remotePath });

test("copies a file, making the directories above it", async () => {
  const from = join(bench.scratch, "from.txt");
  writeFileSync(from, "content");
  const to = join(bench.scratch, "a/b/to.txt");
  const made = await copy(new Asset({ hash: "1", path: from }), to);
  assert.equal(readFileSync(to, "utf8"), "content");
  assert.match(made.id, /^[0-9a-f]{8}$/);
});

test("copies a file into a directory that is there under its own name", async () => {
  const from = join(bench.scratch, "from.txt");
  writeFileSync(from, "content");
  const to = join(bench.scratch, "directory");
  mkdirSync(to);
  await copy(new Asset({ hash: "1", path: from }), to);
  assert.equal(readFileSync(join(to, "from.txt"), "utf8"), "content");
});

test("overwrites a file with a text", async () => {
  const to = join(bench.scratch, "to.txt");
  writeFileSync(to, "something longer than before");
  await copy(new Asset({ hash: "1", text: "short" }), to);
  assert.equal(readFileSync(to, "utf8"), "short");
});

test("copies a directory as a directory, and with a slash its content", async () => {
  const from = join(bench.scratch, "from");
  mkdirSync(join(from, "inner"), { recursive: true });
  writeFileSync(join(from, "inner", "file"), "content");
  await copy(new Archive({ hash: "1", path: from }), join(bench.scratch, "as-directory"));
  assert.equal(readFileSync(join(bench.scratch, "as-directory/from/inner/file"), "utf8"), "content");
  await copy(new Archive({ hash: "1", path: `${from}/` }), join(bench.scratch, "as-content"));
  assert.equal(readFileSync(join(bench.scratch, "as-content/inner/file"), "utf8"), "content");
});

test("copies an archive of assets to their names", async () => {
  const from = join(bench.scratch, "file");
  writeFileSync(from, "from a file");
  const assets = { "x/text": new Asset({ hash: "1", text: "from a text" }), y: new Asset({ hash: "2", path: from }) };
  const to = join(bench.scratch, "to");
  await copy(new Archive({ hash: "3", assets }), to);
  assert.equal(readFileSync(join(to, "x/text"), "utf8"), "from a text");
  assert.equal(readFileSync(join(to, "y"), "utf8"), "from a file");
});

test("does not copy a directory over a file", async () => {
  const to = join(bench.scratch, "to");
  writeFileSync(to, "");
  mkdirSync(join(bench.scratch, "from"));
  await assert.rejects(copy(new Archive({ hash: "1", path: join(bench.scratch, "from") }), to));
});

test("fails if the disk is full", async () => {
  await assert.rejects(copy(new Asset({ hash: "1", text: "content" }), "/dev/full"), /\/dev\/full: /);
});

test("copies five megabytes whole", async () => {
  const from = join(bench.scratch, "large");
  const content = Buffer.alloc(5_000_000, "0123456789abcdef");
  writeFileSync(from, content);
  await copy(new Asset({ hash: "1", path: from }), join(bench.scratch, "copied"));
  assert.ok(readFileSync(join(bench.scratch, "copied")).equals(content));
});

test("copies again only what has another content or another place", async () => {
  const to = join(bench.scratch, "to.txt");
  const inputs = { connection: bench.connection(), source: new Asset({ hash: "1", text: "one" }), remotePath: to };
  const made = await bench.engine.create(inputs);
  rmSync(to);
  await bench.engine.update(made, { ...inputs, connection: bench.connection({ dialErrorLimit: 2 }) });
  assert.equal(existsSync(to), false);
  await bench.engine.update(made, { ...inputs, source: new Asset({ hash: "2", text: "two" }) });
  assert.equal(readFileSync(to, "utf8"), "two");
});

test("sees a changed source by its hash", async () => {
  const source = new Asset({ hash: "1", text: "one" });
  const inputs = { connection: bench.connection(), source, remotePath: join(bench.scratch, "to.txt"), triggers: [1] };
  const made = await bench.engine.create(inputs);
  assert.deepEqual(await bench.engine.diff(made, inputs), {});
  const elided = { ...made, inputs: { ...made.inputs, source: new Asset({ hash: "1" }) } };
  assert.deepEqual(await bench.engine.diff(elided, inputs), {});
  const news = { ...inputs, source: new Asset({ hash: "2", text: "two" }), triggers: [2] };
  assert.deepEqual(await bench.engine.diff(elided, news), { source: "update", "triggers[0]": "update" });
});

test("copies nothing in a preview and deletes nothing", async () => {
  const to = join(bench.scratch, "to.txt");
  const inputs = { connection: bench.connection(), source: new Asset({ hash: "1", text: "one" }), remotePath: to };
  await bench.engine.create(inputs, true);
  assert.equal(existsSync(to), false);
  const made = await bench.engine.create(inputs);
  await bench.engine.delete(made);
  assert.equal(readFileSync(to, "utf8"), "one");
});
