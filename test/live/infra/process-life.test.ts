import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { configScript } from "../../../infra/host-scripts/config-script";
import { wellFacets } from "../../../infra/host-scripts/facet-words";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { installScript } from "../../../infra/host-scripts/install-script";
import { agentProgram } from "../../../infra/host-scripts/managed-program";
import { probeScript } from "../../../infra/host-scripts/probe-script";
import { serviceScript } from "../../../infra/host-scripts/service-script";
import { sourceScript } from "../../../infra/host-scripts/source-script";

/** An agent of a few lines that keeps the contract: reads its config, writes its pid, answers with its name. */
const agentFiles: Record<string, string> = {
  "scripts/install_agent.sh": '#!/bin/sh\nset -eu\nmkdir -p "$DEEPTRACE_PREFIX"\ncp agent.js "$DEEPTRACE_PREFIX/"\n',
  "scripts/run_agent.sh": `#!/bin/sh\nexec '${process.execPath}' "$DEEPTRACE_PREFIX/agent.js"\n`,
  "scripts/stop_agent.sh": '#!/bin/sh\nkill "$(cat "$DEEPTRACE_STATE/agent.pid")"\n',
  "agent.js": `const fs = require("fs");
const config = fs.readFileSync(process.env.DEEPTRACE_CONFIG, "utf8");
if (config.includes("broken")) { console.error("agent: this configuration is broken"); process.exit(1); }
fs.writeFileSync(process.env.DEEPTRACE_STATE + "/agent.pid", String(process.pid));
require("http").createServer((q, r) => r.end(JSON.stringify({ name: "web-1" })))
  .listen(Number(/port = (\\d+)/.exec(config)[1]), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`,
};

const directory = realpathSync(mkdtempSync(join(tmpdir(), "deeptrace-process-")));
const home = join(directory, "home");
const repo = join(directory, "repo");
const base = join(home, ".deeptrace/agents/web-1");
let port = 0;

function git(...args: string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  return execFileSync("git", [...identity, "-C", repo, ...args], { encoding: "utf8" }).trim();
}

function publish(files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(repo, name, ".."), { recursive: true });
    writeFileSync(join(repo, name), text);
    chmodSync(join(repo, name), name.endsWith(".sh") ? 0o755 : 0o644);
  }
  git("add", "-A");
  git("commit", "-q", "-m", "change");
  return git("rev-parse", "HEAD");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address ? address.port : 0;
}

function run(
  script: string,
  action: string,
  shell = ["sh"],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [program = "sh", ...args] = shell;
  const child = spawn(program, [...args, "-s", "deeptrace-test", action, "1"], {
    env: { PATH: process.env.PATH, HOME: home },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  child.stdin.end(script);
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

/** The scripts of one rollout of the agent. */
function rollout(commit: string, extra = "") {
  const text = `${extra}port = ${port}\npassword = "hunter2"\n`;
  const publicDigest = "0123456789ab";
  const program = agentProgram("web-1", agentLayout("web-1", "process"), "process", { address: "127.0.0.1", port });
  const steps = {
    source: sourceScript({ program, repo, commit }),
    install: installScript({ program, commit }),
    config: configScript({ program, text, publicDigest }),
    service: serviceScript({ program, version: commit, configText: text }),
  };
  return {
    steps,
    text,
    well: wellFacets({ kind: "agent", serviceManager: "process", version: commit, publicDigest }),
    async up(shell?: string[]) {
      for (const script of Object.values(steps)) {
        const { code, stderr } = await run(script, "apply", shell);
        assert.equal(stderr, "");
        assert.equal(code, 0);
      }
    },
    async facts() {
      const { stdout } = await run(probeScript({ program, version: commit }), "");
      return Object.fromEntries(
        stdout
          .trim()
          .split("\n")
          .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      );
    },
    async down() {
      for (const script of Object.values(steps).reverse())
        assert.deepEqual(await run(script, "delete"), { code: 0, stdout: "", stderr: "" });
    },
  };
}

/** A process whose parent does not wait for it stays in the table, but has ended. */
const isAlive = (pid: string) =>
  existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

/** The agent writes its pid when it starts. */
const startedBefore = (pid: string) => (agentPid() === pid ? statSync(join(base, "state/agent.pid")).mtimeMs : 0);

async function killed(pid: string): Promise<void> {
  process.kill(Number(pid), "SIGKILL");
  while (isAlive(pid)) await setTimeout(5);
}

const agentPid = () => readFileSync(join(base, "state/agent.pid"), "utf8");
let first = "";

before(async () => {
  mkdirSync(home);
  execFileSync("git", ["init", "-q", "-b", "main", repo]);
  first = publish(agentFiles);
  port = await freePort();
});

after(async () => {
  await rollout(first).down();
  rmSync(directory, { recursive: true, force: true });
});

test("a rollout as a plain process brings up the agent, a second one changes nothing, and teardown leaves nothing", async () => {
  const agent = rollout(first);
  await agent.up();
  const pid = agentPid();
  const facts = await agent.facts();
  assert.equal(facts.source, agent.well.source);
  assert.equal(facts.install, agent.well.install);
  assert.equal(facts.service, agent.well.service);
  assert.equal(`sha256:0123456789ab ${facts["config.attributes"]}`, agent.well.config);
  assert.equal(Buffer.from(facts["config.base64"] ?? "", "base64").toString(), agent.text);

  const written = statSync(join(base, "config/deeptrace.toml")).ino;
  await agent.up();
  assert.equal(agentPid(), pid);
  assert.equal(statSync(join(base, "config/deeptrace.toml")).ino, written);

  await agent.down();
  assert.deepEqual(readdirSync(home), []);
  assert.ok(!isAlive(pid));
});

test("teardown of what is not there, or was left half done, is no error", async () => {
  const agent = rollout(first);
  await agent.down();
  await agent.up();
  rmSync(join(base, "source"), { recursive: true });
  rmSync(join(base, "state/agent.pid"));
  await agent.down();
  assert.deepEqual(readdirSync(home), []);
});

const drifts: { facet: string; by: string; alter: () => void | Promise<void>; says: string; restarts: boolean }[] = [
  {
    facet: "source",
    by: "an edited script",
    alter: () => writeFileSync(join(base, "source/scripts/stop_agent.sh"), "#!/bin/sh\n"),
    says: ", dirty: scripts/stop_agent.sh",
    restarts: false,
  },
  {
    facet: "source",
    by: "a removed checkout",
    alter: () => rmSync(join(base, "source"), { recursive: true }),
    says: "absent",
    restarts: false,
  },
  {
    facet: "source",
    by: "a git that was killed at work",
    alter: () => {
      writeFileSync(join(base, "source/.git/index.lock"), "");
      rmSync(join(base, "source/agent.js"));
    },
    says: ", dirty: agent.js",
    restarts: false,
  },
  {
    facet: "install",
    by: "an altered file",
    alter: () => writeFileSync(join(base, "install/agent.js"), "// altered\n"),
    says: ", altered: agent.js",
    restarts: false,
  },
  {
    facet: "install",
    by: "a lost manifest",
    alter: () => rmSync(join(base, "install.manifest")),
    says: "absent",
    restarts: false,
  },
  {
    facet: "config",
    by: "another mode",
    alter: () => chmodSync(join(base, "config/deeptrace.toml"), 0o644),
    says: "0644 own",
    restarts: false,
  },
  {
    facet: "config",
    by: "a removed file",
    alter: () => rmSync(join(base, "config/deeptrace.toml")),
    says: "absent",
    restarts: false,
  },
  {
    facet: "service",
    by: "a killed process",
    alter: () => killed(agentPid()),
    says: "inactive (stopped)",
    restarts: true,
  },
  {
    facet: "service",
    by: "a lost record of what runs",
    alter: () => rmSync(join(base, "state/.running")),
    says: "active, started by others",
    restarts: true,
  },
];

for (const { facet, by, alter, says, restarts } of drifts) {
  test(`${by} is seen as drift of ${facet} alone and mended ${restarts ? "by a start" : "without a restart"}`, async () => {
    const agent = rollout(first);
    await agent.up();
    const pid = agentPid();
    const well = await agent.facts();
    // What is altered this soon after a start may be what runs, and the agent would be restarted.
    while (Date.now() < startedBefore(pid) + 3000) await setTimeout(50);
    await alter();
    const facts = await agent.facts();
    const key = facet === "config" && says !== "absent" ? "config.attributes" : facet;
    assert.ok(facts[key]?.endsWith(says), `${facts[key]} should end in ${says}`);
    for (const other of ["source", "install", "service"]) if (other !== facet) assert.equal(facts[other], well[other]);

    const script = agent.steps[facet as keyof typeof agent.steps];
    assert.deepEqual(await run(script, "apply"), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(await agent.facts(), well);
    assert.equal(agentPid() !== pid, restarts);
  });
}

test("a lost pid file does not make the agent run twice", async () => {
  const agent = rollout(first);
  await agent.up();
  const pid = agentPid();
  rmSync(join(base, "state/agent.pid"));
  await agent.up();
  assert.equal((await agent.facts()).service, agent.well.service);
  assert.ok(isAlive(pid));
  await agent.down();
  assert.ok(!isAlive(pid));
});

test("an agent that was started after its config was altered by hand is restarted by the mending of config", async () => {
  const agent = rollout(first);
  await agent.up();
  writeFileSync(join(base, "config/deeptrace.toml"), `${agent.text}extra = 1\n`);
  const pid = agentPid();
  // Somebody starts it again with the altered file.
  await killed(pid);
  assert.deepEqual(await run(serviceScriptFor(`${agent.text}extra = 1\n`), "apply"), {
    code: 0,
    stdout: "",
    stderr: "",
  });
  const second = agentPid();
  assert.notEqual(second, pid);
  assert.deepEqual(await run(agent.steps.config, "apply"), { code: 0, stdout: "", stderr: "" });
  assert.notEqual(agentPid(), second);
  assert.deepEqual((await agent.facts()).service, agent.well.service);
});

function serviceScriptFor(configText: string): string {
  const program = agentProgram("web-1", agentLayout("web-1", "process"), "process", { address: "127.0.0.1", port });
  return serviceScript({ program, version: first, configText });
}

test("a new commit and a new config reach the agent with one restart each step that needs it", async () => {
  await rollout(first).up();
  const pid = agentPid();
  const second = publish({ "agent.js": `${agentFiles["agent.js"]}// second\n` });
  const agent = rollout(second, "# changed\n");
  await agent.up();
  assert.notEqual(agentPid(), pid);
  assert.equal((await agent.facts()).service, agent.well.service);
  await rollout(first).up();
});

test("an agent that ends after its start is reported with its last words, and the next rollout starts it", async () => {
  const agent = rollout(first);
  await agent.up();
  const broken = rollout(first, "# broken\n");
  await run(broken.steps.config, "apply");
  const { code, stderr } = await run(broken.steps.service, "apply");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^agent "web-1": ended right after its start; its last words:\n(.*\n)* {2}agent: this configuration is broken\n$/,
  );
  await agent.up();
  assert.equal((await agent.facts()).service, agent.well.service);
});

test("a repository that cannot be had, and one without scripts, are named in one line", async () => {
  const program = agentProgram("web-1", agentLayout("web-1", "process"), "process", { address: "127.0.0.1", port });
  const nowhere = sourceScript({ program, repo: join(directory, "nowhere"), commit: "0".repeat(40) });
  const { code, stderr } = await run(nowhere, "apply");
  assert.equal(code, 1);
  assert.match(stderr, /^agent "web-1": git fetch of commit 0{40} from \/.*\/nowhere failed: fatal: .*\n$/);
  assert.equal((await rollout(first).facts()).source, rollout(first).well.source);
});

test("a directory that is not ours is neither used nor removed", async () => {
  await rollout(first).down();
  mkdirSync(base, { recursive: true });
  writeFileSync(join(base, "precious"), "mine");
  const agent = rollout(first);
  const { code, stderr } = await run(agent.steps.source, "apply");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^agent "web-1": .*agents\/web-1 is there already and has no \.deeptrace-managed with the name web-1/,
  );
  await agent.down();
  assert.ok(existsSync(join(base, "precious")));
  rmSync(join(home, ".deeptrace"), { recursive: true });
});

test("a script that arrives in part does nothing", async () => {
  const { source } = rollout(first).steps;
  await run(source.slice(0, source.lastIndexOf("main")), "apply");
  assert.deepEqual(readdirSync(home), []);
});

for (const shell of [["dash"], ["bash", "--posix"], ["busybox", "ash"]]) {
  const isThere = existsSync(`/usr/bin/${shell[0]}`) || existsSync(`/bin/${shell[0]}`);
  test(`a rollout works under ${shell.join(" ")}`, { skip: !isThere }, async () => {
    const agent = rollout(first);
    await agent.up(shell);
    assert.equal((await agent.facts()).service, agent.well.service);
    await agent.down();
  });
}
