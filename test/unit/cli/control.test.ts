import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { keyValueLines } from "../../../infra/cli/key-value-lines";
import { programOf } from "../../../infra/cli/program-of";
import { readApiStatus } from "../../../infra/cli/read-status";
import type { AgentSpec } from "../../../infra/fleet/fleet";
import { controlScript } from "../../../infra/host-scripts/control-script";
import { hostCheckScript } from "../../../infra/host-scripts/host-check-script";
import { statusScript } from "../../../infra/host-scripts/status-script";
import { freePort } from "../../testbed/free-port";
import { agentSpec } from "./agent-spec";

const version = "4d5e6f0123456789abcd4d5e6f0123456789abcd";
/** The smallest program that passes for an agent. */
const runAgent = (port: number) => `#!/bin/sh
echo $$ >"$DEEPTRACE_STATE/agent.pid"
exec '${process.execPath}' -e 'require("http").createServer((_, answer) => answer.end(JSON.stringify({ name: "web-1", spans: { written: 3 } }))).listen(${port}, "127.0.0.1")'
`;

let home = "";
let spec: AgentSpec;

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), "deeptrace-control-"));
  const plain = agentSpec({ serviceManager: "process" });
  const { api, sender } = plain.config;
  // Nothing of this leaves the machine.
  const elastic = { ...sender.elastic, node_url: "http://127.0.0.1:9" };
  spec = {
    ...plain,
    source: { repo: path.join(home, "no.git"), ref: "main" },
    config: { ...plain.config, api: { ...api, port: await freePort() }, sender: { ...sender, elastic } },
  };
});
after(() => {
  run(controlScript(programOf(spec), "stop"), "apply");
  rmSync(home, { recursive: true, force: true });
});

/** Lays out a rolled out agent as a plain process has it. */
function layOut(): void {
  const base = path.join(home, ".deeptrace/agents/web-1");
  for (const directory of ["source/scripts", "install", "config", "state"]) {
    mkdirSync(path.join(base, directory), { recursive: true });
  }
  for (const directory of ["", "config", "state"]) {
    writeFileSync(path.join(base, directory, ".deeptrace-managed"), "web-1\n");
  }
  writeFileSync(path.join(base, "install.manifest"), `# version ${version}\n`);
  writeFileSync(path.join(base, "config/deeptrace.toml"), "[agent]\n");
  writeFileSync(path.join(base, "source/scripts/run_agent.sh"), runAgent(spec.config.api.port), { mode: 0o755 });
}

function run(text: string, ...words: string[]): { code: number | null; said: string } {
  const environment = { PATH: process.env.PATH, HOME: home };
  const { status, stdout, stderr } = spawnSync("sh", ["-s", "test", ...words], {
    input: text,
    encoding: "utf8",
    env: environment,
  });
  return { code: status, said: `${stdout}${stderr}`.trim() };
}
const control = (action: "start" | "stop" | "restart") => run(controlScript(programOf(spec), action), "apply");
const status = () => keyValueLines(run(statusScript(programOf(spec))).said);
const port = () => keyValueLines(run(hostCheckScript(spec)).said).get("port");

test("what is not rolled out is not started, and the attempt leaves nothing behind", () => {
  assert.deepEqual(control("start"), { code: 1, said: 'agent "web-1": is not rolled out here: run pulumi up' });
  assert.deepEqual(readdirSync(home), []);
});

test("an agent is started, asked, restarted and stopped, and each command says what it found", () => {
  layOut();
  assert.equal(status().get("pid"), undefined);
  assert.deepEqual(control("start"), { code: 0, said: "started" });
  assert.deepEqual(control("start"), { code: 0, said: "ran already" });
  const running = status();
  assert.deepEqual([running.get("installed"), running.get("running.version")], [version, version]);
  assert.equal(running.get("running.config"), running.get("config"));
  assert.ok(Math.abs(Number(running.get("since")) - Date.now() / 1000) < 30);
  assert.equal(readApiStatus(Buffer.from(running.get("api.base64") ?? "", "base64").toString())?.spansWritten, 3);

  assert.deepEqual(control("restart"), { code: 0, said: "restarted" });
  assert.notEqual(status().get("pid"), running.get("pid"));
  assert.equal(port(), "ours");
  assert.deepEqual(control("stop"), { code: 0, said: "stopped" });
  assert.deepEqual(control("stop"), { code: 0, said: "was stopped already" });
  assert.deepEqual([status().get("pid"), port()], [undefined, "free"]);
});
