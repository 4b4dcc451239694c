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
import { configScript } from "../../../infra/host-scripts/config-script";
import { wellFacets } from "../../../infra/host-scripts/facet-words";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { installScript } from "../../../infra/host-scripts/install-script";
import { agentProgram } from "../../../infra/host-scripts/managed-program";
import { probeScript } from "../../../infra/host-scripts/probe-script";
import { serviceScript } from "../../../infra/host-scripts/service-script";
import { sourceScript } from "../../../infra/host-scripts/source-script";
import { supervisorMark } from "../../../infra/host-scripts/supervisor";
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
require("http").createServer((q, r) => r.end(JSON.stringify({ name: "web-1" })))
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
  run(script: string, action: string, shell: readonly string[] = ["sh"]): Promise<ScriptResult> {
    const [program = "sh", ...args] = shell;
    const child = spawn(program, [...args, "-s", "deeptrace-test", action, "1"], {
      env: { PATH: process.env.PATH, HOME: this.home },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.stdin.end(script);
    return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
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
      up: async (shell?: readonly string[]) => {
        for (const script of Object.values(steps)) assert.deepEqual(await this.run(script, "apply", shell), quietly);
      },
      facts: async () => {
        const { stdout, stderr } = await this.run(probeScript({ program, version: commit }), "");
        assert.equal(stderr, "");
        const facts = stdout.trim().split("\n");
        return Object.fromEntries(
          facts.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
        );
      },
      down: async () => {
        for (const script of Object.values(steps).reverse()) {
          assert.deepEqual(await this.run(script, "delete"), quietly);
        }
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
