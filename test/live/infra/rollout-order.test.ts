import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import type { FleetOutputs } from "../../../infra/rollout/fleet-outputs";
import { AgentList } from "./agent-list";
import { type FleetAgent, FleetStack } from "./fleet-stack";
import { TracedServices, tracedPattern } from "./traced-service";

describe("a rollout in waves", () => {
  let stack: FleetStack;
  let services: TracedServices;
  let list: AgentList;
  /** Canary a, then b, then c, which traces nothing. */
  const traced = `[agents.config.ebpf.services]\nbackend = '${tracedPattern}'`;
  const agents = (): FleetAgent[] =>
    stack.agents().map((agent) => (agent.name === "c" ? agent : { ...agent, more: traced }));

  before(async () => {
    stack = await FleetStack.open(["a", "b", "c"], undefined, { register: true });
    stack.head = stack.head.replace(/\[agent_defaults\.config\.ebpf\.services\]\n.*\n/, "");
    list = new AgentList(await stack.testbed.elasticsearch());
    services = await TracedServices.start(stack.testbed, [stack.host("a"), stack.host("b")]);
    await configure({ canary: 1, batch: 1, deadline: 60 });
    stack.write(agents());
  });
  after(async () => {
    services?.close();
    await stack.close();
  });

  async function configure(order: Record<string, string | number>): Promise<void> {
    for (const [key, value] of Object.entries(order))
      await stack.pulumi.run(["config", "set", "--path", `deeptrace:rollout.${key}`, String(value)]);
  }

  /** Of the agents behind the canary. */
  const pids = () =>
    Promise.all(
      agents()
        .slice(1)
        .map((agent) => stack.pid(agent)),
    );
  const outputs = async () =>
    JSON.parse((await stack.pulumi.run(["stack", "output", "--json"])).stdout) as FleetOutputs;

  /** When the rollout first touched an agent's host, in ms. */
  async function touchedAt({ name, host }: FleetAgent): Promise<number> {
    const { baseDirectory } = agentLayout(name, host.serviceManager);
    return 1000 * Number(await stack.on(host, `find ${baseDirectory} -printf '%T@\\n' | sort -n | head -n 1`));
  }

  test("a preview tells the waves; in the up each begins when the one before is registered, once its spans have come", async () => {
    const preview = await stack.run("preview");
    assert.match(preview.stdout, /wave 1 of 3 \(canary a\)\s+wave 2 of 3 \(agent b\)\s+wave 3 of 3 \(agent c\)/);
    const { stdout } = await stack.up();
    const [a, b, c] = agents() as [FleetAgent, FleetAgent, FleetAgent];
    const registered = async ({ name }: FleetAgent) => Date.parse((await list.find(name))?.registered_at ?? "");
    assert.ok((await registered(a)) < (await touchedAt(b)), "b before a was past its gate");
    assert.ok((await registered(b)) < (await touchedAt(c)), "c before b was past its gate");
    assert.match(stdout, /agent "c" traces nothing, so its gate has no spans to wait for/);
    assert.match(stdout, /3 of 3 agents rolled out\n\s+at [0-9a-f]{12}: a, b, c/);
    assert.deepEqual(
      (await outputs()).agents.map(({ wave }) => wave),
      [1, 2, 3],
    );
    await stack.up("--expect-no-changes");
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("a canary that is not healthy stops the rollout: the rest keeps its version, its processes and its resources", async () => {
    const { commit: old, publish } = await repository();
    const [pidsBefore, resources] = [await pids(), await stack.resources()];
    const broken = await publish({ "scripts/run_agent.sh": "#!/bin/sh\necho 'agent: a broken release' >&2\nexit 1\n" });
    const { code, stdout } = await stack.run("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(stdout, /a broken release/);
    assert.match(
      stdout,
      /wave 2 of 3 \(agent b\) is left as it was, as agent a of wave 1 \(canary\) did not pass; the next up takes it up again/,
    );
    assert.match(stdout, /wave 3 of 3 \(agent c\) is left as it was/);
    const short = (commit: string) => commit.slice(0, 12);
    assert.match(
      stdout,
      new RegExp(
        `0 of 3 agents rolled out\\n\\s+failed, last known at ${short(old)}: a\\n\\s+left as they were, at ${short(old)}: b, c`,
      ),
    );
    assert.deepEqual(await pids(), pidsBefore);
    for (const { name, host } of agents().slice(1)) {
      const { sourceDirectory } = agentLayout(name, host.serviceManager);
      assert.equal(await stack.on(host, `git -c safe.directory='*' -C ${sourceDirectory} rev-parse HEAD`), old);
    }
    assert.deepEqual(await stack.resources(), resources);
    assert.deepEqual(
      (await outputs()).agents.map(({ rollout, version }) => [rollout, version]),
      [
        ["failed", old],
        ["left", old],
        ["left", old],
      ],
    );
    assert.equal((await list.find("a"))?.version, old);
    assert.notEqual(broken, old);
  });

  test("the next up takes every wave up again", async () => {
    const { publish } = await repository();
    const run = await stack.on(
      stack.host("b"),
      `cat ${agentLayout("b", stack.host("b").serviceManager).sourceDirectory}/scripts/run_agent.sh`,
    );
    const mended = await publish({ "scripts/run_agent.sh": `${run}\n` });
    const { stdout } = await stack.up();
    assert.match(stdout, new RegExp(`3 of 3 agents rolled out\\n\\s+at ${mended.slice(0, 12)}: a, b, c`));
    for (const name of ["a", "b", "c"]) assert.equal((await list.find(name))?.version, mended);
  });

  test("a canary whose spans do not come stops the rollout at the deadline and says what was looked for", async () => {
    await configure({ deadline: 8 });
    const pidsBefore = await pids();
    const blind = "[agents.config.ebpf.services]\nelsewhere = 'no-such-process'";
    stack.write(agents().map((agent) => (agent.name === "c" ? agent : { ...agent, more: blind })));
    const { code, stdout } = await stack.run("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /agent "a": no spans of it within 8 s: looked in spans_a of http:\S+ for spans indexed since \S+Z, but nothing new came to spans_a\. It traces service elsewhere \(no-such-process\)/,
    );
    assert.match(stdout, /To go on with health alone: pulumi config set --path deeptrace:rollout\.gate health/);
    assert.match(stdout, /wave 2 of 3 \(agent b\) is left as it was, as agent a of wave 1 \(canary\) did not pass/);
    assert.deepEqual(await pids(), pidsBefore);
    assert.equal(
      await stack.on(
        stack.host("b"),
        `grep -c elsewhere ${agentLayout("b", stack.host("b").serviceManager).configFile} || true`,
      ),
      "0",
    );
  });

  test("a gate on health lets the same configuration pass", async () => {
    await configure({ gate: "health" });
    const { stdout } = await stack.up();
    assert.match(stdout, /3 of 3 agents rolled out/);
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("without continuing after errors a failing canary leaves the rest untouched just as well", async () => {
    const pidsBefore = await pids();
    const { publish } = await repository();
    await publish({ "scripts/install_agent.sh": "#!/bin/sh\necho 'agent: cannot be installed' >&2\nexit 1\n" });
    const { code, stdout } = await stack.pulumi.run(["up", "--yes", "--skip-preview"], { allowFailure: true });
    assert.notEqual(code, 0);
    assert.match(stdout, /cannot be installed/);
    assert.deepEqual(await pids(), pidsBefore);
    assert.equal((await outputs()).agents.length, 3);
  });

  function repository() {
    return stack.testbed.agentRepository();
  }
});
