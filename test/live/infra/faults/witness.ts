import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agentLayout } from "../../../../infra/host-scripts/host-layout";
import type { AgentRepository, Host } from "../../../testbed/testbed";

const scripts = join(__dirname, "../../../../examples/agent/scripts");
/** On the host, and there after a reboot. */
const notes = "/var/lib/witness";

/** Said by the agent itself at each start: a lock that it holds for its life, and the configuration it is about to read. */
const atStart = `
exec 8>"$DEEPTRACE_STATE/alone"
flock -n 8 || echo "started while another one runs" >>"$DEEPTRACE_STATE/witnessed"
echo "config $(sha256sum <"$DEEPTRACE_CONFIG" | cut -d ' ' -f 1)" >>"$DEEPTRACE_STATE/witnessed"
`;

/** Two installations at once would both hold this. */
const atInstall = `
exec 7>/run/installing
flock -n 7 || echo "installed while another step works" >>${notes}
if command -v hold-here >/dev/null; then hold-here install; fi
`;

/** Publishes a release whose scripts tell what the agent is started with; `note` makes one release differ from the next. */
export async function publishWitness(repository: AgentRepository, note = ""): Promise<string> {
  const script = (name: string, more: string) =>
    readFileSync(join(scripts, name), "utf8").replace(/^set -eu$/m, (line) => `${line}\n${more}`);
  return repository.publish({
    "scripts/run_agent.sh": script("run_agent.sh", atStart),
    "scripts/install_agent.sh": script("install_agent.sh", atInstall),
    "NOTE.txt": note,
  });
}

/** Reads the configuration file over and over, and counts the agents; every finding is noted once. */
const watcher = `
const fs = require("node:fs");
const { createHash } = require("node:crypto");
const [config, state, notes] = process.argv.slice(2);
const noted = new Set();
function note(line) {
  if (!noted.has(line)) fs.appendFileSync(notes, line + "\\n");
  noted.add(line);
}
function text(file) {
  try { return fs.readFileSync(file, "latin1"); } catch (error) { return error.code === "ENOENT" ? undefined : ""; }
}
function isAgent(pid) {
  // By its interpreter too: an installation copies the agent's file with the same environment.
  if (!/^[0-9]+$/.test(pid) || !/^\\S*(sh\\0\\S*run_agent\\.sh|node\\0\\S*agent\\.js)\\0$/.test(text("/proc/" + pid + "/cmdline") ?? "")) return false;
  return (text("/proc/" + pid + "/environ") ?? "").split("\\0").includes("DEEPTRACE_STATE=" + state);
}
setInterval(() => {
  const found = text(config);
  if (found !== undefined) note("config " + createHash("sha256").update(found, "latin1").digest("hex"));
}, 2);
setInterval(() => {
  const agents = fs.readdirSync("/proc").filter(isAgent);
  // The shell of run_agent.sh has children of the same name before it becomes the agent.
  const parent = (pid) => /\\) \\S (\\d+)/.exec(text("/proc/" + pid + "/stat") ?? "")?.[1];
  const apart = agents.filter((pid) => !agents.includes(parent(pid)));
  // Looked at again: the first may have ended before the last was found.
  const still = apart.filter(isAgent);
  if (still.length > 1) note("agents at once: " + still.join(" "));
}, 20);
`;

/** Watches an agent of a host from now until the host goes down. */
export async function watch(host: Host, agent: string, run = 0): Promise<void> {
  const { configFile, stateDirectory } = agentLayout(agent, host.serviceManager);
  const { code, stderr } = await host.exec("cat >/root/witness.js", { stdin: watcher });
  assert.equal(code, 0, stderr);
  await host.start(`witness-${run}`, `exec ${host.node} /root/witness.js ${configFile} ${stateDirectory} ${notes}`);
}

/** Everything that was noted of an agent so far: digests of configurations that were read, and what must never be. */
export async function witnessed(host: Host, agent: string): Promise<{ configs: Set<string>; faults: string[] }> {
  const { stateDirectory } = agentLayout(agent, host.serviceManager);
  const { stdout } = await host.exec(`cat ${notes} ${stateDirectory}/witnessed 2>/dev/null`);
  const lines = stdout.split("\n").filter((line) => line !== "");
  const digests = lines.map((line) => /^config (\w*)$/.exec(line)?.[1]);
  return {
    configs: new Set(digests.filter((digest) => digest !== undefined)),
    faults: lines.filter((_, index) => digests[index] === undefined),
  };
}
