import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { MARK } from "../../testbed/processes/keeper-protocol";
import { markedProcesses } from "../../testbed/processes/process-table";
import { runCommand } from "../../testbed/processes/run-command";
import { waitFor } from "../../testbed/wait-for";

interface Opened {
  id: string;
  directory: string;
  address: string;
  serviceManager: "systemd" | "process";
}

/** Starts a program that opens a testbed; resolves once all its parts are up. */
async function openElsewhere(...args: string[]): Promise<{ runner: ChildProcess; opened: Opened }> {
  const program = path.join(__dirname, "open-and-stay.ts");
  const runner = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface({ input: runner.stdout }), "line")) as [string];
  return { runner, opened: JSON.parse(line) as Opened };
}

/** Everything of the testbed that is still there, in words. */
async function remains(opened: Opened): Promise<string[]> {
  const links = await runCommand(["ip", "-brief", "address"]).catch(() => ({ stdout: "" }));
  const [, block] = /198\.18\.0\.(\d+)/.exec(opened.address) ?? [];
  const gateway = block && `198.18.0.${Math.floor(Number(block) / 16) * 16 + 1}/`;
  const namespace = block && `dt${Math.floor(Number(block) / 16)}-`;
  const namespaces = await runCommand(["ip", "netns", "list"]).catch(() => ({ stdout: "" }));
  return [
    ...markedProcesses(MARK, opened.id).map((pid) => `process ${pid}`),
    ...(existsSync(opened.directory) ? [`directory ${opened.directory}`] : []),
    ...(readFileSync("/proc/mounts", "utf8").includes(opened.directory) ? ["a mount"] : []),
    ...(gateway && links.stdout.includes(gateway) ? [`bridge with ${gateway}`] : []),
    ...(namespace && namespaces.stdout.includes(namespace) ? [`namespace ${namespace}*`] : []),
    ...(await controlGroups(namespace)),
  ];
}

async function controlGroups(namespace: string | undefined): Promise<string[]> {
  if (!namespace) return [];
  const found = await runCommand(["find", "/sys/fs/cgroup", "-type", "d", "-name", `deeptrace-${namespace}*`]);
  return found.stdout.split("\n").filter((line) => line !== "");
}

async function nothingRemains(opened: Opened): Promise<void> {
  let left: string[] = [];
  await waitFor(
    async () => {
      left = await remains(opened);
      return left.length === 0;
    },
    { timeoutMs: 15_000, what: "the testbed to be gone" },
  ).catch((error: Error) => assert.fail(`${error.message}; left: ${left.join(", ")}`));
}

for (const kind of ["default", "process"]) {
  test(`SIGKILL of the one who opened it leaves nothing (${kind} hosts)`, async () => {
    const { runner, opened } = await openElsewhere(kind);
    assert.ok((await remains(opened)).length >= 4, "the testbed is up and seen");
    runner.kill("SIGKILL");
    await nothingRemains(opened);
  });
}

test("Ctrl-C ends everything first and the process by that signal afterwards", async () => {
  const { runner, opened } = await openElsewhere("default");
  const ended = once(runner, "exit");
  runner.kill("SIGINT");
  assert.deepEqual(await ended, [null, "SIGINT"]);
  assert.deepEqual(await remains(opened), []);
});

test("an error that no one catches leaves nothing either", async () => {
  const { opened } = await openElsewhere("default", "throw");
  await nothingRemains(opened);
});
