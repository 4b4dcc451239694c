import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { waitFor } from "../../testbed/wait-for";
import { ProcessAgent, quietly } from "./process-agent";

let agent: ProcessAgent;
before(async () => {
  agent = await ProcessAgent.open();
});
beforeEach(() => agent.rollout().up());
after(() => agent.close());

const file = () => readFileSync(join(agent.base, "config/deeptrace.toml"), "utf8");
const previous = () => join(agent.base, "config/deeptrace.toml.previous");

test("a configuration that the agent does not come up with is undone at once, and its last words are told", async () => {
  const old = agent.rollout();
  const pid = agent.pid();
  const { code, stderr } = await agent.step(agent.rollout(agent.first, "# broken\n").steps.config);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^agent "web-1": the new configuration does not hold, so the previous one is back and runs: ended right after its start; its last words:\n(.*\n)* {2}agent: this configuration is broken\n/,
  );
  assert.doesNotMatch(stderr, /hunter2/);
  assert.equal(file(), old.text);
  assert.equal(existsSync(previous()), false);
  assert.notEqual(agent.pid(), pid);
  assert.equal((await old.facts()).service, old.well.service);
  const restored = agent.pid();
  await old.up();
  assert.equal(agent.pid(), restored);
});

test("a first configuration that the agent does not come up with is told by the service step", async () => {
  await agent.rollout().down();
  const { source, install, config, service } = agent.rollout(agent.first, "# broken\n").steps;
  await agent.place();
  for (const step of [source, install, config]) assert.deepEqual(await agent.step(step), quietly);
  const { code, stderr } = await agent.step(service);
  assert.equal(code, 1);
  assert.match(stderr, /^agent "web-1": ended right after its start; its last words:\n(.*\n)* {2}agent: this configu/);
});

const configWords = "config apply 1 public_digest=0123456789ab";

/** Ends the script and all that it started but the agent, before the command of this number. */
const cutAt = (command: number) =>
  `set -T\ncommands=0\ntrap 'commands=$((commands + 1)); [ "$commands" -ne ${command} ] || kill -KILL 0' DEBUG\n`;

for (const [way, offset] of [
  ["finished", 3],
  ["undone", 12],
] as const) {
  test(`a step that is cut off anywhere is ${way} by the next one, and no agent runs twice`, async () => {
    const old = agent.rollout();
    const changed = agent.rollout(agent.first, "# changed\n");
    const next = way === "finished" ? changed : old;
    let cuts = 0;
    for (let command: number = offset; ; command += 19) {
      const { code } = await agent.run(cutAt(command) + changed.configScript, configWords, [
        "setsid",
        "--wait",
        "bash",
      ]);
      if (code === 0) break;
      cuts++;
      await next.up();
      assert.equal(file(), next.text);
      assert.equal(existsSync(previous()), false, `after command ${command}`);
      const facts = await next.facts();
      assert.equal(facts.service, next.well.service, `after command ${command}`);
      await old.up();
    }
    assert.ok(cuts > 5, `${cuts} cuts`);
  });
}

test("a step waits for what an interrupted one left at work", async () => {
  const changed = agent.rollout(agent.first, "# changed\n");
  // Only the shell itself is ended, as by a connection that breaks; what it runs at that moment goes on.
  const script = cutAt(60).replace("KILL 0", "KILL $$") + changed.configScript;
  const { code } = await agent.run(script, configWords, ["bash"]);
  assert.notEqual(code, 0);
  await changed.up();
  assert.equal((await changed.facts()).service, changed.well.service);
  await waitFor(async () => agent.agents().length === 1, { timeoutMs: 5000, what: "one agent" });
});
