import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stepsScript } from "../../../infra/host-scripts/steps-script";
import type { Facet } from "../../../infra/ledger/ledger-contract";
import { agentFiles, ended, isAlive, ProcessAgent, quietly } from "./process-agent";

let agent: ProcessAgent;
before(async () => {
  agent = await ProcessAgent.open();
});
after(() => agent.close());

test("a rollout as a plain process brings up the agent, a second one changes nothing, and teardown leaves nothing", async () => {
  const rollout = agent.rollout();
  await rollout.up();
  const pid = agent.pid();
  const facts = await rollout.facts();
  assert.equal(facts.source, rollout.well.source);
  assert.equal(facts.install, rollout.well.install);
  assert.equal(facts.service, rollout.well.service);
  assert.equal(`sha256:0123456789ab ${facts["config.attributes"]}`, rollout.well.config);
  assert.equal(Buffer.from(facts["config.base64"] ?? "", "base64").toString(), rollout.text);

  const written = statSync(join(agent.base, "config/deeptrace.toml")).ino;
  await rollout.up();
  assert.equal(agent.pid(), pid);
  assert.equal(statSync(join(agent.base, "config/deeptrace.toml")).ino, written);

  await rollout.down();
  assert.deepEqual(readdirSync(agent.home), []);
  assert.ok(!isAlive(pid));
});

test("teardown of what is not there, or was left half done, is no error", async () => {
  const rollout = agent.rollout();
  await rollout.down();
  await rollout.up();
  rmSync(join(agent.base, "source"), { recursive: true });
  rmSync(join(agent.base, "state/agent.pid"));
  await rollout.down();
  assert.deepEqual(readdirSync(agent.home), []);
});

const drifts: {
  facet: string;
  by: string;
  alter: () => void | Promise<void>;
  says: string | RegExp;
  restarts: boolean;
}[] = [
  {
    facet: "source",
    by: "an edited script",
    alter: () => writeFileSync(join(agent.base, "source/scripts/stop_agent.sh"), "#!/bin/sh\n"),
    says: ", dirty: scripts/stop_agent.sh",
    restarts: false,
  },
  {
    facet: "source",
    by: "a removed checkout",
    alter: () => rmSync(join(agent.base, "source"), { recursive: true }),
    says: "absent",
    restarts: false,
  },
  {
    facet: "source",
    by: "a git that was killed at work",
    alter: () => {
      writeFileSync(join(agent.base, "source/.git/index.lock"), "");
      rmSync(join(agent.base, "source/agent.js"));
    },
    says: ", dirty: agent.js",
    restarts: false,
  },
  {
    facet: "install",
    by: "an altered file",
    alter: () => writeFileSync(join(agent.base, "install/agent.js"), "// altered\n"),
    says: ", altered: agent.js",
    restarts: false,
  },
  {
    facet: "install",
    by: "a lost manifest",
    alter: () => rmSync(join(agent.base, "install.manifest")),
    says: "absent",
    restarts: false,
  },
  {
    facet: "config",
    by: "another mode",
    alter: () => chmodSync(join(agent.base, "config/deeptrace.toml"), 0o644),
    says: "0644 own",
    restarts: false,
  },
  {
    facet: "config",
    by: "a removed file",
    alter: () => rmSync(join(agent.base, "config/deeptrace.toml")),
    says: "absent",
    restarts: false,
  },
  {
    facet: "install",
    by: "another mode",
    alter: () => chmodSync(join(agent.base, "install/agent.js"), 0o600),
    says: ", altered: agent.js (mode 600)",
    restarts: false,
  },
  {
    facet: "install",
    by: "a link in place of a file",
    alter: () => {
      renameSync(join(agent.base, "install/agent.js"), join(agent.directory, "agent.js"));
      symlinkSync(join(agent.directory, "agent.js"), join(agent.base, "install/agent.js"));
    },
    says: ", altered: agent.js (a link)",
    restarts: false,
  },
  {
    facet: "install",
    by: "a removed and an added file",
    alter: () => {
      rmSync(join(agent.base, "install/agent.js"));
      writeFileSync(join(agent.base, "install/mine"), "");
    },
    says: ", altered: agent.js (missing), mine (added)",
    restarts: false,
  },
  {
    facet: "config",
    by: "a directory that others may write to",
    alter: () => chmodSync(join(agent.base, "config"), 0o777),
    says: /^0600 own in a directory 0777 \w+:\w+$/,
    restarts: false,
  },
  {
    facet: "service",
    by: "a stopped process",
    alter: async () => {
      await ended(agent.pid(), "SIGTERM");
      await agent.isUnsupervised();
    },
    says: "inactive (stopped)",
    restarts: true,
  },
  {
    facet: "service",
    by: "a lost record of what runs",
    alter: () => rmSync(join(agent.base, "state/.running")),
    says: "active, started by others",
    restarts: true,
  },
];

for (const { facet, by, alter, says, restarts } of drifts) {
  test(`${by} is seen as drift of ${facet} alone and mended ${restarts ? "by a start" : "without a restart"}`, async () => {
    const rollout = agent.rollout();
    await rollout.up();
    const pid = agent.pid();
    const well = await rollout.facts();
    await agent.hasRunForAWhile();
    await alter();
    const facts = await rollout.facts();
    const key = facet === "config" && says !== "absent" ? "config.attributes" : facet;
    const seen = facts[key] ?? "";
    assert.ok(typeof says === "string" ? seen.endsWith(says) : says.test(seen), `${seen} should be ${says}`);
    for (const other of ["source", "install", "service"]) if (other !== facet) assert.equal(facts[other], well[other]);

    assert.deepEqual(await agent.step(rollout.steps[facet as Facet]), quietly);
    assert.deepEqual(await rollout.facts(), well);
    assert.equal(agent.pid() !== pid, restarts);
  });
}

test("a lost pid file does not make the agent run twice", async () => {
  const rollout = agent.rollout();
  await rollout.up();
  const pid = agent.pid();
  rmSync(join(agent.base, "state/agent.pid"));
  await rollout.up();
  assert.equal((await rollout.facts()).service, rollout.well.service);
  assert.ok(isAlive(pid));
  await rollout.down();
  assert.ok(!isAlive(pid));
});

test("a new commit and a new config reach the agent with one restart", async () => {
  await agent.rollout().up();
  const pid = agent.pid();
  const second = agent.publish({ "agent.js": `${agentFiles["agent.js"]}// second\n` });
  const rollout = agent.rollout(second, "# changed\n");
  const { source, install, config, service } = rollout.steps;
  await agent.place();
  for (const step of [source, install, config]) assert.deepEqual(await agent.step(step), quietly);
  const restarted = agent.pid();
  assert.notEqual(restarted, pid);
  assert.deepEqual(await agent.step(service), quietly);
  assert.equal(agent.pid(), restarted);
  assert.equal((await rollout.facts()).service, rollout.well.service);
  await agent.rollout().up();
});

test("a repository that cannot be had, and one without scripts, are named in one line", async () => {
  const { source } = agent.rollout().steps;
  const nowhere = { words: [`commit=${"0".repeat(40)}`], input: join(agent.directory, "nowhere") };
  const { code, stderr } = await agent.step({ ...source, ...nowhere });
  assert.equal(code, 1);
  assert.match(stderr, /^agent "web-1": git fetch of commit 0{40} from \/.*\/nowhere failed: fatal: .*\n$/);
  assert.equal((await agent.rollout().facts()).source, agent.rollout().well.source);
});

test("a directory that is not ours is neither used nor removed", async () => {
  const rollout = agent.rollout();
  await rollout.down();
  mkdirSync(agent.base, { recursive: true });
  writeFileSync(join(agent.base, "precious"), "mine");
  await agent.place();
  const { code, stderr } = await agent.step(rollout.steps.source);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^agent "web-1": .*agents\/web-1 is there already and has no \.deeptrace-managed with the name web-1/,
  );
  await rollout.down();
  assert.ok(existsSync(join(agent.base, "precious")));
  rmSync(join(agent.home, ".deeptrace"), { recursive: true });
});

test("a script that arrives in part does nothing", async () => {
  const whole = stepsScript(agent.program, "port = 1\n");
  await agent.run(whole.slice(0, whole.lastIndexOf("main")), "config apply");
  assert.deepEqual(readdirSync(agent.home), []);
});

test("a configuration that arrives in part is not taken", async () => {
  const rollout = agent.rollout();
  await rollout.up();
  const { config } = agent.rollout(agent.first, "# changed\n").steps;
  const { code, stderr } = await agent.step(config, "apply", undefined, { lost: 2 });
  assert.equal(code, 1);
  assert.equal(stderr, 'agent "web-1": config: the connection broke before all of it had arrived\n');
  const facts = await rollout.facts();
  assert.equal(Buffer.from(facts["config.base64"] ?? "", "base64").toString(), rollout.text);
  await rollout.down();
});

const meddlings: { what: string; says: string; meddle: (file: string) => void }[] = [
  { what: "is missing", says: "absent", meddle: (file) => rmSync(file) },
  { what: "was edited", says: "altered", meddle: (file) => writeFileSync(file, "echo mine >&2\n") },
  { what: "may be written by others", says: "altered", meddle: (file) => chmodSync(file, 0o666) },
  {
    what: "became a link",
    says: "altered",
    meddle: (file) => {
      renameSync(file, `${agent.home}/elsewhere`);
      symlinkSync(`${agent.home}/elsewhere`, file);
    },
  },
];
for (const { what, says, meddle } of meddlings) {
  test(`a file of steps that ${what} is seen, and put there again`, async () => {
    const rollout = agent.rollout();
    await rollout.up();
    const file = join(agent.home, ".deeptrace/agents/.web-1.steps");
    meddle(file);
    assert.equal((await rollout.facts()).steps, says);
    if (what === "is missing" || what === "was edited") {
      const { code, stderr } = await agent.step(rollout.steps.source);
      assert.equal(code, 1);
      assert.ok(stderr.endsWith(`${file} is not as it was put there: run pulumi up --refresh\n`), stderr);
    }
    await agent.place();
    assert.equal((await rollout.facts()).steps, "well");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await rollout.down();
    rmSync(join(agent.home, "elsewhere"), { force: true });
  });
}

for (const shell of [["dash"], ["bash", "--posix"], ["busybox", "ash"]]) {
  // Hosts have one or another of these; one that this machine lacks is left out.
  if (!existsSync(`/usr/bin/${shell[0]}`) && !existsSync(`/bin/${shell[0]}`)) continue;
  test(`a rollout works under ${shell.join(" ")}`, async () => {
    const rollout = agent.rollout();
    await rollout.up(shell);
    assert.equal((await rollout.facts()).service, rollout.well.service);
    await rollout.down();
  });
}
