import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assemblerInstallScript } from "../../../infra/host-scripts/assembler-install-script";
import { configScript } from "../../../infra/host-scripts/config-script";
import { agentLayout, assemblerLayout } from "../../../infra/host-scripts/host-layout";
import { installScript } from "../../../infra/host-scripts/install-script";
import { agentProgram, assemblerProgram, type ManagedProgram } from "../../../infra/host-scripts/managed-program";
import { probeScript } from "../../../infra/host-scripts/probe-script";
import { serviceScript } from "../../../infra/host-scripts/service-script";
import { sourceScript } from "../../../infra/host-scripts/source-script";
import { supervisorText } from "../../../infra/host-scripts/supervisor";

/** The whole text of every script is kept, so that a review sees exactly what runs on a host. UPDATE_GOLDEN=1 writes them anew. */
const golden = join(__dirname, "golden");
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
  };
}

function assemblerScripts(program: ManagedProgram): Record<string, string> {
  const uploadPath = "/var/tmp/deeptrace-assembler-89abcdef89abcdef.js";
  return {
    install: assemblerInstallScript({ program, version, uploadPath }),
    config: configScript({ program, text: "a = 1\n", publicDigest: "0123456789ab" }),
    service: serviceScript({ program, version, configText: "a = 1\n" }),
    probe: probeScript({ program, version }),
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

for (const [name, text] of Object.entries(scripts)) {
  test(`the ${name.replaceAll("-", " ")} script is the one that was reviewed`, () => {
    const file = join(golden, `${name}.sh`);
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(golden, { recursive: true });
      writeFileSync(file, text);
    }
    assert.ok(existsSync(file), `${file} is missing: UPDATE_GOLDEN=1 writes it`);
    assert.equal(text, readFileSync(file, "utf8"));
  });
}

const shells: [string, string[]][] = [
  ["sh", ["-n"]],
  ["dash", ["-n"]],
  ["bash", ["--posix", "-n"]],
  ["busybox", ["ash", "-n"]],
  ["shellcheck", ["--shell=sh", "--severity=warning", "--exclude=SC2034", "-"]],
];

for (const [shell, args] of shells) {
  const isThere = spawnSync(shell, ["--help"], { stdio: "ignore" }).error === undefined;
  test(`every script is good for ${shell}`, { skip: isThere ? false : `no ${shell} on this machine` }, () => {
    for (const [name, text] of Object.entries(scripts)) {
      const { status, stdout, stderr } = spawnSync(shell, args, { input: text, encoding: "utf8" });
      assert.equal(status, 0, `${name}: ${stdout}${stderr}`);
    }
  });
}
