/**
 * The keeper of one testbed: a process of its own that is the parent of everything the testbed starts, so it knows each
 * by pid and hears of its end. It cleans up when asked to, and likewise when its testbed is gone for any reason,
 * SIGKILL included: the channel to it then closes.
 *
 * Arguments: the testbed's id and its directory, which is removed last.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { ExitNotice, KeeperAnswer, KeeperRequest } from "./keeper-protocol";
import { MARK } from "./keeper-protocol";
import { descendantsOf, markedProcesses, processTable } from "./process-table";
import { runCommand } from "./run-command";

const [, , testbedId = "", directory = ""] = process.argv;
const running = new Map<number, ChildProcess>();
const undos: string[][] = [];
let closing: Promise<string | undefined> | undefined;

function say(message: KeeperAnswer | ExitNotice): void {
  if (process.connected) process.send?.(message, () => {});
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

function killTree(pid: number): void {
  const below = descendantsOf(pid, processTable());
  for (const each of [pid, ...below]) signalQuietly(each, "SIGKILL");
}

function start(request: Extract<KeeperRequest, { ask: "start" }>): Promise<number> {
  const [command = "", ...args] = request.argv;
  const log = openSync(request.log, "a", 0o600);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...request.environment, [MARK]: testbedId },
      cwd: request.directory,
      stdio: ["ignore", log, log],
      detached: true,
    });
    child.once("error", (error) => reject(new Error(`${command} does not start: ${error.message}`)));
    child.once("spawn", () => {
      const pid = child.pid ?? 0;
      running.set(pid, child);
      child.once("exit", (code, signal) => {
        running.delete(pid);
        say({ exited: pid, code, signal });
      });
      resolve(pid);
    });
  });
}

async function end(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const child = running.get(pid);
  if (child === undefined) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  if (signal === "SIGKILL") killTree(pid);
  else signalQuietly(pid, signal);
  const timer = setTimeout(() => killTree(pid), graceMs);
  await exited;
  clearTimeout(timer);
}

async function make(argv: string[], undo: string[]): Promise<void> {
  const result = await runCommand(argv);
  if (result.code !== 0) throw new Error(`${argv.join(" ")}: ${result.stderr.trim()}`);
  undos.push(undo);
}

/** Until none is left: a process may have started another one between the listing and the signal. */
async function endMarked(): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const left = markedProcesses(MARK, testbedId);
    if (left.length === 0) return;
    for (const pid of left) signalQuietly(pid, "SIGKILL");
    await delay(50);
  }
  throw new Error(`processes that do not end: ${markedProcesses(MARK, testbedId).join(" ")}`);
}

async function undo(argv: string[]): Promise<string | undefined> {
  let said = "";
  // The kernel lets go of a namespace or a control group some milliseconds after its last process.
  for (let attempt = 0; attempt < 40; attempt++) {
    const result = await runCommand(argv);
    if (result.code === 0) return undefined;
    said = `${argv.join(" ")}: ${result.stderr.trim()}`;
    await delay(50);
  }
  return said;
}

async function close(): Promise<string | undefined> {
  await Promise.all([...running.keys()].map((pid) => end(pid, "SIGKILL", 0)));
  await endMarked();
  const failed: string[] = [];
  for (const argv of undos.reverse()) {
    const problem = await undo(argv);
    if (problem !== undefined) failed.push(problem);
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  return failed.length === 0 ? undefined : `left behind: ${failed.join("; ")}`;
}

async function answer(request: KeeperRequest): Promise<KeeperAnswer> {
  const { id } = request;
  switch (request.ask) {
    case "start":
      return { id, pid: await start(request) };
    case "end":
      await end(request.pid, request.signal, request.graceMs);
      return { id };
    case "make":
      await make(request.argv, request.undo);
      return { id };
    case "close": {
      closing ??= close();
      const error = await closing;
      return error === undefined ? { id } : { id, error };
    }
  }
}

// Ctrl-C reaches the testbed, which asks for the close; the keeper itself must stay to do it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.on("message", (request: KeeperRequest) => {
  answer(request).then(say, (error: Error) => say({ id: request.id, error: error.message }));
});

process.on("disconnect", () => {
  closing ??= close();
  closing.finally(() => process.exit());
});
