import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { controlScript } from "../../../infra/host-scripts/control-script";
import { agentLayout, assemblerLayout } from "../../../infra/host-scripts/host-layout";
import { logScript } from "../../../infra/host-scripts/log-script";
import { agentProgram, assemblerProgram, type ManagedProgram } from "../../../infra/host-scripts/managed-program";
import { placingScript } from "../../../infra/host-scripts/placing-script";
import { probeScript } from "../../../infra/host-scripts/probe-script";
import { stepsFile, stepsScript } from "../../../infra/host-scripts/steps-script";
import { supervisorText } from "../../../infra/host-scripts/supervisor";
import { teardownScript } from "../../../infra/host-scripts/teardown-script";

/** The text of every script is kept, so that a review sees exactly what runs on a host. UPDATE_GOLDEN=1 writes it anew. */
const golden = join(__dirname, "host-scripts.golden.txt");
const commit = "0123456789abcdef0123456789abcdef01234567";
const version = "89abcdef".repeat(8);
const api = { address: "0.0.0.0", port: 7899 };

/** What the digest of a file of steps is in scripts that are reviewed: a change of the file shall not show twice. */
const steps = "fedcba98".repeat(8);
const input = '{"password":"it\'s $HOME"}\npassword = "it\'s $HOME"\n';

function agentScripts(program: ManagedProgram): Record<string, string> {
  return {
    steps: stepsScript(program),
    "steps-by-stdin": stepsScript(program, input),
    placing: placingScript({ ...stepsFile(program), text: "steps\n", sha256: steps }),
    probe: probeScript({ program, version: commit, steps }),
    restart: controlScript(program, "restart"),
    log: logScript(program, 50, true),
    teardown: teardownScript(program),
  };
}

function assemblerScripts(program: ManagedProgram): Record<string, string> {
  return {
    steps: stepsScript(program),
    probe: probeScript({ program, version, steps }),
    teardown: teardownScript(program),
  };
}

const scripts: Record<string, string> = {};
for (const manager of ["systemd", "process"] as const) {
  const agent = agentProgram("web-1", agentLayout("web-1", manager), manager, api);
  const assembler = assemblerProgram(assemblerLayout(manager), manager, { address: "127.0.0.1", port: 7900 }, "node");
  for (const [step, text] of Object.entries(agentScripts(agent))) scripts[`agent-${step}-${manager}`] = text;
  for (const [step, text] of Object.entries(assemblerScripts(assembler)))
    scripts[`assembler-${step}-${manager}`] = text;
  if (manager === "process") {
    scripts["agent-supervisor-process"] = supervisorText(agent);
    scripts["assembler-supervisor-process"] = supervisorText(assembler);
  }
}

/** Every part of the scripts once, under the names of the scripts that have it, in the order of its first use: what many share is reviewed once. */
function partsOfScripts(): string {
  const users = new Map<string, string[]>();
  for (const [name, text] of Object.entries(scripts)) {
    for (const part of text.trimEnd().split("\n\n")) users.set(part, [...(users.get(part) ?? []), name]);
  }
  return [...users].map(([part, names]) => `#### in ${[...new Set(names)].join(", ")}\n${part}\n`).join("\n");
}

test("the text of every script is the one that was reviewed", () => {
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, partsOfScripts());
  assert.ok(existsSync(golden), `${golden} is missing: UPDATE_GOLDEN=1 writes it`);
  assert.equal(partsOfScripts(), readFileSync(golden, "utf8"));
});

/** Shells that hosts have, and a linter; those that this machine lacks are left out. */
const shells: [string, string[]][] = [
  ["sh", ["-n"]],
  ["dash", ["-n"]],
  ["bash", ["--posix", "-n"]],
  ["busybox", ["ash", "-n"]],
  ["shellcheck", ["--shell=sh", "--severity=warning", "--exclude=SC2034", "-"]],
];

for (const [shell, args] of shells) {
  if (spawnSync(shell, ["--help"], { stdio: "ignore" }).error) continue;
  test(`every script is good for ${shell}`, () => {
    for (const [name, text] of Object.entries(scripts)) {
      const { status, stdout, stderr } = spawnSync(shell, args, { input: text, encoding: "utf8" });
      assert.equal(status, 0, `${name}: ${stdout}${stderr}`);
    }
  });
}
