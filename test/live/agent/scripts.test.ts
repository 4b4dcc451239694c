import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { OwnedProcesses } from "../../testbed/processes/owned-processes";
import { AgentInstallation, agentConfig } from "./running-agent";

let directory: string;
let processes: OwnedProcesses;
let agent: AgentInstallation;
const nowhere = { url: "http://127.0.0.1:9", username: "elastic", password: "never-shown-7" };

before(async () => {
  directory = mkdtempSync(path.join(tmpdir(), "agent-scripts-"));
  processes = new OwnedProcesses(directory);
  agent = new AgentInstallation(path.join(directory, "agent"), processes);
  await agent.install();
});
after(async () => {
  await processes.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A PATH with these commands of this machine only. */
function pathOf(...commands: string[]): string {
  const bin = mkdtempSync(path.join(directory, "bin-"));
  for (const command of commands) {
    const real = `${process.env.PATH}`.split(":").find((folder) => existsSync(path.join(folder, command)));
    symlinkSync(path.join(real ?? "/usr/bin", command), path.join(bin, command));
  }
  return bin;
}

test("a second installation changes nothing", async () => {
  const file = path.join(agent.environment.DEEPTRACE_PREFIX ?? "", "agent.js");
  const before = statSync(file);
  assert.equal((await agent.script("install_agent.sh")).code, 0);
  const again = statSync(file);
  assert.deepEqual([again.mtimeMs, again.ino], [before.mtimeMs, before.ino]);
});

for (const [name, commands, message] of [
  ["node", ["sh", "cat", "id", "cmp"], /^install_agent\.sh: node is missing: install Node\.js 20/],
  ["strace", ["sh", "cat", "id", "cmp", "node"], /^install_agent\.sh: strace is missing: .*apt-get install strace/],
] as [string, string[], RegExp][]) {
  test(`an installation without ${name} says so and how to get it`, async () => {
    const { code, stderr } = await agent.script("install_agent.sh", { PATH: pathOf(...commands) });
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").length, 1);
  });
}

test("a wrong configuration is told in full on standard error, without the password, and the agent ends", async () => {
  agent.configure(
    `${agentConfig("scripts", { ...nowhere, url: "nowhere" }, {}).replace("port = 0", "port = 99999\nports = 1")}`,
  );
  const { code, stderr } = await agent.script("run_agent.sh");
  assert.equal(code, 1);
  assert.match(stderr, /api\.port: got 99999/);
  assert.match(stderr, /api\.ports: got an unknown key; .*did you mean port\?/);
  assert.match(stderr, /node_url: got "nowhere"/);
  assert.doesNotMatch(stderr, /never-shown/);
});

test("an agent that runs shows its password to no one, refuses a second one, and is gone after stop_agent.sh", async () => {
  agent.configure(agentConfig("scripts", nowhere, {}));
  const { pid } = await agent.start();
  assert.equal((await agent.status()).pid, pid);
  const pidFile = path.join(agent.environment.DEEPTRACE_STATE ?? "", "agent.pid");
  assert.equal(readFileSync(pidFile, "utf8"), `${pid}\n`);
  for (const file of ["cmdline", "environ"]) {
    assert.doesNotMatch(readFileSync(`/proc/${pid}/${file}`, "utf8"), /never-shown/);
  }

  const second = await agent.script("run_agent.sh");
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`an agent runs already as process ${pid}`));

  assert.equal((await agent.script("stop_agent.sh")).code, 0);
  assert.equal(existsSync(`/proc/${pid}`), false);
  assert.equal(existsSync(pidFile), false);
  assert.equal((await agent.script("stop_agent.sh")).code, 0, "nothing to stop is no error");
});

test("a pid file that names another program is not an agent: nothing is killed, and the next agent starts", async () => {
  const other = await processes.start({ name: "other", argv: ["/bin/sleep", "300"] });
  const state = agent.environment.DEEPTRACE_STATE ?? "";
  mkdirSync(state, { recursive: true });
  writeFileSync(path.join(state, "agent.pid"), `${other.pid}\n`);
  assert.equal((await agent.script("stop_agent.sh")).code, 0);
  assert.ok(existsSync(`/proc/${other.pid}`));
  writeFileSync(path.join(state, "agent.pid"), `${other.pid}\n`);
  await agent.start();
  assert.equal((await agent.script("stop_agent.sh")).code, 0);
  assert.ok(existsSync(`/proc/${other.pid}`));
});
