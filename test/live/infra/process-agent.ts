import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configDigest } from "../../../infra/host-scripts/agent-steps";
import { agentConfigInput } from "../../../infra/host-scripts/config-script";
import { wellFacets } from "../../../infra/host-scripts/facet-words";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { agentProgram } from "../../../infra/host-scripts/managed-program";
import { placingScript } from "../../../infra/host-scripts/placing-script";
import { probeScript } from "../../../infra/host-scripts/probe-script";
import { type FacetStep, facetSteps } from "../../../infra/host-scripts/program-steps";
import { quote } from "../../../infra/host-scripts/shell-quote";
import { stepInput, stepsFile, stepsScript } from "../../../infra/host-scripts/steps-script";
import { supervisorMark } from "../../../infra/host-scripts/supervisor";
import { teardownOf } from "../../../infra/host-scripts/teardown-script";
import type { Facet } from "../../../infra/ledger/ledger-contract";
import { launchFile } from "../../../infra/ssh/launcher";
import { freePort } from "../../testbed/free-port";
import { markedProcesses } from "../../testbed/processes/process-table";
import { waitFor } from "../../testbed/wait-for";

/** An agent of a few lines that keeps the contract: reads its config, writes its pid, answers with its name. */
export const agentFiles: Record<string, string> = {
  "scripts/install_agent.sh": '#!/bin/sh\nset -eu\nmkdir -p "$DEEPTRACE_PREFIX"\ncp agent.js "$DEEPTRACE_PREFIX/"\n',
  "scripts/run_agent.sh": `#!/bin/sh\nexec '${process.execPath}' "$DEEPTRACE_PREFIX/agent.js"\n`,
  "scripts/stop_agent.sh": '#!/bin/sh\nkill "$(cat "$DEEPTRACE_STATE/agent.pid")"\n',
  "agent.js": `const fs = require("fs");
const config = fs.readFileSync(process.env.DEEPTRACE_CONFIG, "utf8");
if (config.includes("broken")) { console.error("agent: this configuration is broken"); process.exit(1); }
require("http").createServer((q, r) => { r.statusCode = q.method === "GET" ? 200 : 404; r.end(JSON.stringify({ name: "web-1" })); })
  .listen(Number(/port = (\\d+)/.exec(config)[1]), "127.0.0.1", () =>
    fs.writeFileSync(process.env.DEEPTRACE_STATE + "/agent.pid", String(process.pid)));
process.on("SIGTERM", () => process.exit(0));
`,
};

/** What a script on the host came to. */
export interface ScriptResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const quietly: ScriptResult = { code: 0, stdout: "", stderr: "" };

/** A process whose parent does not wait for it stays in the table, but has ended. */
export const isAlive = (pid: string) =>
  existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

/** Ends a process and waits until it has ended. */
export async function ended(pid: string, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  process.kill(Number(pid), signal);
  await waitFor(async () => !isAlive(pid), { timeoutMs: 5000, everyMs: 5, what: `the end of process ${pid}` });
}

/** An agent as a plain process in a home directory of its own, rolled out by its very scripts, without Pulumi and SSH. */
export class ProcessAgent {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "deeptrace-process-")));
  readonly home = join(this.directory, "home");
  readonly repo = join(this.directory, "repo");
  readonly base = join(this.home, ".deeptrace/agents/web-1");
  /** The first commit of the agent's repository. */
  first = "";
  #port = 0;

  static async open(): Promise<ProcessAgent> {
    const agent = new ProcessAgent();
    mkdirSync(agent.home);
    execFileSync("git", ["init", "-q", "-b", "main", agent.repo]);
    agent.first = agent.publish(agentFiles);
    agent.#port = await freePort();
    return agent;
  }

  async close(): Promise<void> {
    await this.rollout().down();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Commits these files and returns the commit. */
  publish(files: Record<string, string>): string {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(this.repo, name, ".."), { recursive: true });
      writeFileSync(join(this.repo, name), text);
      chmodSync(join(this.repo, name), name.endsWith(".sh") ? 0o755 : 0o644);
    }
    this.#git("add", "-A");
    this.#git("commit", "-q", "-m", "change");
    return this.#git("rev-parse", "HEAD");
  }

  #git(...args: string[]): string {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    return execFileSync("git", [...identity, "-C", this.repo, ...args], { encoding: "utf8" }).trim();
  }

  /** Runs a script as SSH would. */
  run(script: string, words = "", shell: readonly string[] = ["sh"]): Promise<ScriptResult> {
    return this.#sh(`${shell.join(" ")} -s deeptrace-test ${words}`, script);
  }

  /** Runs a step as its command does, from the file on the host. `lost`: bytes at the end of its input that never arrive. */
  step(
    { facet, words, input, timeLimitSeconds }: FacetStep,
    action = "apply",
    shell?: readonly string[],
    { lost = 0 } = {},
  ) {
    const sent = input && stepInput(input);
    const { command, stdin } = launchFile(
      "deeptrace-test",
      stepsFile(this.program),
      sent?.slice(0, sent.length - lost),
      {
        become: false,
        timeLimitSeconds,
      },
    );
    return this.#sh([command, facet, action, "1", ...words.map(quote)].join(" "), stdin, shell);
  }

  /** Puts the file of the steps on the host. */
  async place(): Promise<void> {
    assert.deepEqual(await this.run(placingScript(stepsFile(this.program))), quietly);
  }

  /** @param shell what `sh` is there. */
  #sh(command: string, stdin = "", shell?: readonly string[]): Promise<ScriptResult> {
    const child = spawn("/bin/sh", ["-c", command], {
      env: { PATH: [...(shell ? [this.#folderOf(shell)] : []), process.env.PATH].join(":"), HOME: this.home },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    // It may end before it has read everything.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
  }

  #folderOf(shell: readonly string[]): string {
    const folder = join(this.directory, `sh-${shell.join("-")}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "sh"), `#!/bin/sh\nexec ${shell.join(" ")} "$@"\n`, { mode: 0o755 });
    return folder;
  }

  get program() {
    const api = { address: "127.0.0.1", port: this.#port };
    return agentProgram("web-1", agentLayout("web-1", "process"), "process", api);
  }

  /** The steps of one rollout; `extra` are further lines of its configuration. */
  rollout(commit = this.first, extra = "") {
    const { program, repo } = this;
    const text = `${extra}port = ${this.#port}\npassword = "hunter2"\n`;
    const publicDigest = "0123456789ab";
    const list = facetSteps(program, {
      source: { values: { commit }, input: repo },
      install: { values: { version: commit } },
      config: { values: { public_digest: publicDigest }, input: agentConfigInput({}, text) },
      service: { values: { version: commit }, input: configDigest(text) },
    });
    const steps = Object.fromEntries(list.map((step) => [step.facet, step])) as Record<Facet, FacetStep>;
    return {
      steps,
      /** The config step as a script of its own, which takes `config apply 1 public_digest=0123456789ab`. */
      configScript: stepsScript(program, agentConfigInput({}, text)),
      text,
      well: wellFacets({ kind: "agent", serviceManager: "process", version: commit, publicDigest }),
      up: async (shell?: readonly string[]) => {
        await this.place();
        for (const step of list) assert.deepEqual(await this.step(step, "apply", shell), quietly);
      },
      facts: async () => {
        const { stdout, stderr } = await this.run(
          probeScript({ program, version: commit, steps: stepsFile(program).sha256 }),
        );
        assert.equal(stderr, "");
        const facts = stdout.trim().split("\n");
        return Object.fromEntries(
          facts.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
        );
      },
      down: async () => {
        assert.deepEqual(await this.run(teardownOf(program).script, "delete"), quietly);
      },
    };
  }

  pid(): string {
    return readFileSync(join(this.base, "state/agent.pid"), "utf8");
  }

  /** Waits until an agent with another pid has come up, and returns it. */
  pidAfter(before: string): Promise<string> {
    return waitFor(async () => this.pid() !== before && isAlive(this.pid()) && this.pid(), {
      timeoutMs: 15_000,
      what: "another start of the agent",
    });
  }

  /** Pids of the supervisor and what it runs for itself. */
  supervisors(): string[] {
    return markedProcesses(supervisorMark, join(this.base, "state")).map(String);
  }

  /** Pids of all agents that keep their state where this one does. */
  agents(): string[] {
    return markedProcesses("DEEPTRACE_STATE", join(this.base, "state")).map(String);
  }

  /** Waits until a supervisor has seen that the agent was asked to stop. */
  async isUnsupervised(): Promise<void> {
    await waitFor(async () => this.supervisors().length === 0, { timeoutMs: 10_000, what: "the supervisor's end" });
  }

  /** Waits until whatever is altered now is plainly altered after the agent's start: starts are known to the second. */
  async hasRunForAWhile(): Promise<void> {
    const started = statSync(join(this.base, "state/agent.pid")).mtimeMs;
    await waitFor(async () => Date.now() > started + 3000, { timeoutMs: 5000, what: "three seconds" });
  }
}
