import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type CachedTool, cacheRoot, haveTool } from "../../testbed/tools/cached-tool";

let directory: string;
const usual = process.env.XDG_CACHE_HOME;

before(() => {
  directory = mkdtempSync(path.join(tmpdir(), "cached-tool-"));
  process.env.XDG_CACHE_HOME = directory;
});
after(() => {
  if (usual === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = usual;
  rmSync(directory, { recursive: true });
});

function toolNamed(folder: string, build: CachedTool["build"]): CachedTool {
  return { title: folder, folder, hint: "at once", build };
}

test("a tool is built once, however many ask for it at a time", async () => {
  let builds = 0;
  const tool = toolNamed("counted-1", async (into) => {
    builds += 1;
    await delay(50);
    writeFileSync(path.join(into, "content"), "built");
  });
  const folders = await Promise.all([haveTool(tool), haveTool(tool), haveTool(tool)]);
  assert.equal(builds, 1);
  assert.equal(new Set(folders).size, 1);
  assert.equal(readFileSync(path.join(cacheRoot(), "counted-1", "content"), "utf8"), "built");
});

test("a failed build leaves nothing, and the next one starts afresh", async () => {
  const failing = toolNamed("failing-1", async (into) => {
    writeFileSync(path.join(into, "half"), "");
    throw new Error("no network");
  });
  await assert.rejects(haveTool(failing), /no network/);
  assert.deepEqual(
    readdirSync(cacheRoot()).filter((name) => name.startsWith("failing")),
    [],
  );
  await haveTool(toolNamed("failing-1", async () => {}));
  assert.ok(existsSync(path.join(cacheRoot(), "failing-1")));
});

test("the lock and the half-built folder of a process that is gone are in nobody's way", async () => {
  const gone = 2 ** 22 + 1;
  writeFileSync(path.join(cacheRoot(), "abandoned-1.lock"), String(gone));
  writeFileSync(path.join(cacheRoot(), `abandoned-1.partial.${gone}`), "");
  await haveTool(toolNamed("abandoned-1", async () => {}));
  assert.deepEqual(
    readdirSync(cacheRoot()).filter((name) => name.startsWith("abandoned")),
    ["abandoned-1"],
  );
});
