import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { keyValueLines } from "../../../infra/cli/key-value-lines";
import { programOf } from "../../../infra/cli/program-of";
import type { ServiceManager } from "../../../infra/fleet/fleet";
import { controlScript } from "../../../infra/host-scripts/control-script";
import { hostCheckScript } from "../../../infra/host-scripts/host-check-script";
import { logScript } from "../../../infra/host-scripts/log-script";
import { statusScript } from "../../../infra/host-scripts/status-script";
import { waitFor } from "../../testbed/wait-for";
import { agentSpec } from "./agent-spec";

const shells = ["dash", "bash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);

function scripts(serviceManager: ServiceManager): Record<string, string> {
  const spec = agentSpec({ serviceManager });
  const program = programOf(spec);
  return {
    start: controlScript(program, "start"),
    stop: controlScript(program, "stop"),
    restart: controlScript(program, "restart"),
    status: statusScript(program),
    logs: logScript(program, 10, false),
    following: logScript(program, 10, true),
    check: hostCheckScript(spec),
  };
}

for (const manager of ["systemd", "process"] as const) {
  test(`every shell reads the scripts of the commands for ${manager}`, () => {
    for (const [name, text] of Object.entries(scripts(manager))) {
      for (const shell of shells) {
        const { status, stderr } = spawnSync(shell, ["-n"], { input: text, encoding: "utf8" });
        assert.equal(status, 0, `${shell}: ${name}: ${stderr}`);
      }
    }
  });
}

/** A home of its own for a script that looks at a plain process. */
function home(): { directory: string; log: string } {
  const directory = mkdtempSync(path.join(tmpdir(), "deeptrace-cli-"));
  const state = path.join(directory, ".deeptrace/agents/web-1/state");
  mkdirSync(state, { recursive: true });
  return { directory, log: path.join(state, "agent.log") };
}

test("a host is told as it is: what is there, what is missing, and what a client says", () => {
  const { directory } = home();
  try {
    const spec = agentSpec({ serviceManager: "process" });
    const elastic = { ...spec.config.sender.elastic, node_url: "http://127.0.0.1:9" };
    const config = { ...spec.config, sender: { ...spec.config.sender, elastic } };
    const text = hostCheckScript({ ...spec, config, source: { repo: path.join(directory, "no.git"), ref: "main" } });
    const { stdout } = spawnSync("sh", ["-s", "check"], {
      input: text,
      encoding: "utf8",
      env: { ...process.env, HOME: directory },
    });
    const facts = keyValueLines(stdout);
    assert.equal(facts.get("uid"), String(process.getuid?.()));
    assert.match(facts.get("kernel") ?? "", /^Linux \d/);
    assert.match(
      facts.get("disk.state") ?? "",
      new RegExp(`^\\d+ writable ${directory}/.deeptrace/agents/web-1/state$`),
    );
    assert.equal(facts.get("git.code"), "128");
    assert.match(facts.get("git.words") ?? "", /^fatal: /);
    assert.ok(["", "000"].includes(facts.get("elastic.code") ?? "missing"));
    assert.match(facts.get("elastic.words") ?? "", /refused|connect/i);
    assert.ok(!stdout.includes("hunter2"));
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("the last lines of a log are printed, and one that is not there is said to be missing", () => {
  const { directory, log } = home();
  try {
    const text = logScript(programOf(agentSpec({ serviceManager: "process" })), 2, false);
    const print = () =>
      spawnSync("sh", ["-s", "logs"], { input: text, encoding: "utf8", env: { ...process.env, HOME: directory } });
    assert.match(print().stderr, /agent "web-1": there is no log at .*: is it rolled out here\?/);
    assert.equal(print().status, 1);
    writeFileSync(log, "one\ntwo\nthree\n");
    assert.equal(print().stdout, "two\nthree\n");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

for (const shell of shells) {
  test(`following a log under ${shell} ends with its reader and leaves no process behind`, async () => {
    const { directory, log } = home();
    writeFileSync(log, "one\n");
    const text = logScript(programOf(agentSpec({ serviceManager: "process" })), 5, true);
    const child = spawn(shell, ["-s", "logs"], { env: { ...process.env, HOME: directory } });
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data;
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const followers = () => spawnSync("pgrep", ["-f", `tail -n 5 -F ${log}`], { encoding: "utf8" }).stdout;
    try {
      child.stdin.write(text);
      await waitFor(async () => output === "one\n", { timeoutMs: 10_000, what: "the first line" });
      child.stdin.write(".");
      appendFileSync(log, "two\n");
      await waitFor(async () => output === "one\ntwo\n", { timeoutMs: 10_000, what: "the next line" });
      child.stdin.end();
      assert.equal(await ended, 0);
      assert.equal(followers(), "");
    } finally {
      child.kill("SIGKILL");
      rmSync(directory, { recursive: true });
    }
  });
}
