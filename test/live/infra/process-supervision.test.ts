import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { logLimitBytes } from "../../../infra/host-scripts/supervisor";
import { waitFor } from "../../testbed/wait-for";
import { agentFiles, ended, isAlive, ProcessAgent, quietly } from "./process-agent";

let agent: ProcessAgent;
before(async () => {
  agent = await ProcessAgent.open();
  await agent.rollout().up();
});
after(() => agent.close());

const log = () => readFileSync(join(agent.base, "state/agent.log"), "utf8");

/** Kills a supervisor with all that it runs for itself. */
async function unsupervise(): Promise<void> {
  for (const pid of agent.supervisors()) await ended(pid, "SIGKILL").catch(() => {});
}

test("an agent that crashes comes back by itself, and nothing of that is drift", async () => {
  const { facts, well } = agent.rollout();
  const pid = agent.pid();
  await agent.hasRunForAWhile();
  await ended(pid, "SIGKILL");
  await agent.pidAfter(pid);
  assert.match(log(), /^deeptrace: ended with status 137, is started again in 1 s$/m);
  assert.equal((await facts()).service, well.service);
});

test("an agent that crashes again and again is started less and less often, and reads as failed meanwhile", async () => {
  const { facts, steps, well } = agent.rollout();
  const program = join(agent.base, "install/agent.js");
  writeFileSync(program, "process.exit(3)\n");
  await ended(agent.pid(), "SIGKILL");
  await waitFor(async () => /ended with status 3, is started again in 4 s/.test(log()), {
    timeoutMs: 30_000,
    what: "a longer pause",
  });
  assert.equal((await facts()).service, "failed (is started again)");
  assert.deepEqual(await agent.step(steps.install, "apply"), quietly);
  assert.deepEqual(await agent.step(steps.service, "apply"), quietly);
  assert.equal((await facts()).service, well.service);
});

test("an agent that was asked to stop stays stopped", async () => {
  const { facts, steps } = agent.rollout();
  await ended(agent.pid(), "SIGTERM");
  await agent.isUnsupervised();
  assert.equal((await facts()).service, "inactive (stopped)");
  assert.deepEqual(await agent.step(steps.service, "apply"), quietly);
});

test("a lost supervisor is drift, and a new one takes the running agent over", async () => {
  const { facts, steps, well } = agent.rollout();
  const pid = agent.pid();
  await unsupervise();
  assert.match((await facts()).service ?? "", /^active, unsupervised, runs /);
  assert.deepEqual(await agent.step(steps.service, "apply"), quietly);
  assert.equal((await facts()).service, well.service);
  assert.equal(agent.pid(), pid);
  await ended(pid, "SIGKILL");
  await agent.pidAfter(pid);
});

test("the log has a bound, and the agent goes on writing to it", async () => {
  const file = join(agent.base, "state/agent.log");
  appendFileSync(file, Buffer.alloc(logLimitBytes + 1, "x\n"));
  await waitFor(async () => statSync(file).size < logLimitBytes, { timeoutMs: 10_000, what: "a short log" });
  assert.ok(statSync(`${file}.1`).size > logLimitBytes);
  const pid = agent.pid();
  await ended(pid, "SIGKILL");
  await agent.pidAfter(pid);
  assert.match(log(), /ended with status 137/);
});

test("another copy beside ours is named, and ended without touching ours", async () => {
  const { facts, steps, well } = agent.rollout();
  const pid = agent.pid();
  const copy = spawn("sleep", ["300"], { env: { ...process.env, DEEPTRACE_STATE: join(agent.base, "state") } });
  const gone = new Promise((done) => copy.once("exit", done));
  assert.equal((await facts()).service, `${well.service}, another copy runs as process ${copy.pid}`);
  assert.deepEqual(await agent.step(steps.service, "apply"), quietly);
  await gone;
  assert.equal((await facts()).service, well.service);
  assert.equal(agent.pid(), pid);
});

test("an agent that started while its files were others is known to run those", async () => {
  const { facts, steps, well } = agent.rollout();
  const program = join(agent.base, "install/agent.js");
  writeFileSync(program, `${agentFiles["agent.js"]}// mine\n`);
  const before = agent.pid();
  await ended(before, "SIGKILL");
  const pid = await agent.pidAfter(before);
  await agent.hasRunForAWhile();
  writeFileSync(program, agentFiles["agent.js"] ?? "");
  assert.equal((await facts()).install, well.install);
  assert.equal((await facts()).service, `${well.service}, older than the program`);
  assert.deepEqual(await agent.step(steps.service, "apply"), quietly);
  assert.notEqual(agent.pid(), pid);
  assert.equal((await facts()).service, well.service);
});

test("mending what a crashed and restarted agent does not run leaves it alone", async () => {
  const rollout = agent.rollout();
  const before = agent.pid();
  await ended(before, "SIGKILL");
  const pid = await agent.pidAfter(before);
  await agent.hasRunForAWhile();
  appendFileSync(join(agent.base, "config/deeptrace.toml"), "extra = 1\n");
  appendFileSync(join(agent.base, "install/agent.js"), "// mine\n");
  assert.equal((await rollout.facts()).service, rollout.well.service);
  await rollout.up();
  assert.equal(agent.pid(), pid);
  assert.equal((await rollout.facts()).service, rollout.well.service);
});

test("stopping ends the supervisor and the agent, and neither comes back", async () => {
  const { steps } = agent.rollout();
  assert.deepEqual(await agent.step(steps.service, "delete"), quietly);
  assert.deepEqual([...agent.supervisors(), ...agent.agents()].filter(isAlive), []);
});
