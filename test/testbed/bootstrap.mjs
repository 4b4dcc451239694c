/**
 * Entry of `npm run demo`, `npm test` and `npm run bench` right after the clone: plain JavaScript without dependencies.
 * It installs the npm packages, prepares the testbed's tools and hands over to TypeScript.
 *
 *   node test/testbed/bootstrap.mjs demo|test|bench [arguments]
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const LOCK_FILE = path.join(PROJECT, "package-lock.json");
const INSTALLED = path.join(PROJECT, "node_modules", ".package-lock.json");
const STAMP = path.join(PROJECT, "node_modules", ".installed-lock-digest");
const OLDEST_NODE = [20, 19];

/** The TypeScript program behind each command, and its first arguments. */
const PROGRAMS = {
  demo: ["examples/demo/demo.ts"],
  test: ["test/testbed/run-tests.ts", "all"],
  bench: ["bench/bench.ts"],
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Prints what is wrong and what to do, without a stack. */
function refuse(message) {
  console.error(message);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  refuse(
    `Node ${process.versions.node} is too old: Node ${OLDEST_NODE.join(".")} or newer is needed (https://nodejs.org).`,
  );
}

/** Runs a command to its end and passes signals on to it. Resolves with its exit status, or the signal that ended it. */
function runToEnd(command, args, stdio) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: PROJECT, stdio });
    const passOn = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, passOn);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const each of SIGNALS) process.off(each, passOn);
      resolve({ code, signal, output });
    });
  });
}

/** What npm says of a failure, without its warnings and the list of options that follows. */
function errorsOf(output) {
  const lines = output.split("\n").filter((line) => line !== "" && !line.startsWith("npm warn"));
  return lines.slice(0, 15).join("\n");
}

function lockDigest() {
  return createHash("sha256").update(readFileSync(LOCK_FILE)).digest("hex");
}

/** Whether node_modules is what the lock file asks for: by our stamp, or because somebody ran npm after the last change. */
function packagesAreInstalled() {
  if (!existsSync(INSTALLED)) return false;
  if (existsSync(STAMP)) return readFileSync(STAMP, "utf8") === lockDigest();
  return statSync(INSTALLED).mtimeMs >= statSync(LOCK_FILE).mtimeMs;
}

async function installPackages() {
  const started = performance.now();
  const cached = packagesAreInstalled();
  if (!cached) {
    console.log("… npm packages (about 30 s)");
    // npm names its own program to the scripts that it runs; without it, the one on the PATH.
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
    const [command, ...args] = [...npm, "ci", "--include=dev"];
    const result = await runToEnd(command, args, ["ignore", "pipe", "pipe"]);
    if (result.signal) endBy(result.signal);
    if (result.code !== 0) refuse(`npm ci failed:\n${errorsOf(result.output)}`);
    writeFileSync(STAMP, lockDigest());
  }
  const time = cached ? "cached" : `${((performance.now() - started) / 1000).toFixed(1)} s`;
  console.log(`✓ ${"npm packages".padEnd(40)} ${time.padStart(8)}`);
}

/** Ends this process as its child ended, so that the caller sees the truth. */
function endBy(signal) {
  process.kill(process.pid, signal);
}

/** Runs one of the project's TypeScript programs on this terminal. */
async function runTypeScript(args) {
  const { code, signal } = await runToEnd(process.execPath, ["--import", "tsx", ...args], "inherit");
  if (signal) endBy(signal);
  if (code !== 0) process.exit(code ?? 1);
}

const [command, ...rest] = process.argv.slice(2);
const program = PROGRAMS[command];
if (program === undefined)
  refuse(`usage: node test/testbed/bootstrap.mjs ${Object.keys(PROGRAMS).join("|")} [arguments]`);
checkNode();
await installPackages();
await runTypeScript(["test/testbed/prepare.ts"]);
await runTypeScript([...program, ...rest.filter((argument) => argument !== "--")]);
