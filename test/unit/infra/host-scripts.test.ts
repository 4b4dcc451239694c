import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assemblerInstallScript } from "../../../infra/host-scripts/assembler-install-script";
import { configScript } from "../../../infra/host-scripts/config-script";
import { controlScript } from "../../../infra/host-scripts/control-script";
import { agentLayout, assemblerLayout } from "../../../infra/host-scripts/host-layout";
import { installScript } from "../../../infra/host-scripts/install-script";
import { logScript } from "../../../infra/host-scripts/log-script";
import { agentProgram, assemblerProgram, type ManagedProgram } from "../../../infra/host-scripts/managed-program";
import { probeScript } from "../../../infra/host-scripts/probe-script";
import { serviceScript } from "../../../infra/host-scripts/service-script";
import { sourceScript } from "../../../infra/host-scripts/source-script";
import { supervisorText } from "../../../infra/host-scripts/supervisor";
import { teardownScript } from "../../../infra/host-scripts/teardown-script";

/** The text of every script is kept, so that a review sees exactly what runs on a host. UPDATE_GOLDEN=1 writes it anew. */
const golden = join(__dirname, "host-scripts.golden.txt");
const commit = "0123456789abcdef0123456789abcdef01234567";
const version = "89abcdef".repeat(8);
const api = { address: "0.0.0.0", port: 7899 };

function agentScripts(program: ManagedProgram): Record<string, string> {
  return {
    source: sourceScript({ program, repo: "https://example.com/agent's.git", commit }),
    install: installScript({ program, commit }),
    config: configScript({
      program,
      text: 'password = "it\'s $HOME"\n',
      publicDigest: "0123456789ab",
      update: '{"password":"it\'s $HOME"}',
    }),
    service: serviceScript({ program, version: commit, configText: "a = 1\n" }),
    probe: probeScript({ program, version: commit }),
    restart: controlScript(program, "restart"),
    log: logScript(program, 50, true),
    teardown: teardownScript(program),
  };
}

function assemblerScripts(program: ManagedProgram): Record<string, string> {
  const uploadPath = "/var/tmp/deeptrace-assembler-89abcdef89abcdef.js";
  return {
    install: assemblerInstallScript({ program, version, uploadPath }),
    config: configScript({ program, text: "a = 1\n", publicDigest: "0123456789ab" }),
    service: serviceScript({ program, version, configText: "a = 1\n" }),
    probe: probeScript({ program, version }),
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
