import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { configText } from "../../../infra/fleet/agent-config";
import { healthCheck } from "../../../infra/host-scripts/health-check";
import { liveUpdate } from "../../../infra/host-scripts/live-update";

const directory = mkdtempSync(join(tmpdir(), "deeptrace-config-step-"));
after(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, config: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof config === "string" ? config : configText(config));
  return path;
}

function sh(text: string, ...args: string[]) {
  return spawnSync("sh", ["-euc", text, "sh", ...args], { encoding: "utf8" });
}

const base = {
  agent: { name: "a" },
  sender: { batch_size: 1, elastic: { password: 'it\'s "quoted" = \\ yes' } },
  ebpf: { pids: [1, 2], services: { cart: "a = b", shop: "[x]" } },
};

const losses: { what: string; next: object; loses: boolean }[] = [
  { what: "the same keys", next: { ...base, sender: { ...base.sender, batch_size: 2 } }, loses: false },
  { what: "a key more", next: { ...base, metric: { every: 1 } }, loses: false },
  { what: "a key less", next: { ...base, sender: { elastic: base.sender.elastic } }, loses: true },
  { what: "a table less", next: { agent: base.agent, sender: base.sender }, loses: true },
  { what: "a service less", next: { ...base, ebpf: { pids: [], services: { cart: "c" } } }, loses: false },
  { what: "no service left", next: { ...base, ebpf: { pids: [1, 2] } }, loses: true },
];

for (const { what, next, loses } of losses) {
  test(`a new configuration with ${what} ${loses ? "takes a restart" : "may be taken live"}`, () => {
    const { status, stderr } = sh(
      `${liveUpdate}\nif loses_keys "$1" "$2"; then exit 7; fi`,
      file("is.toml", base),
      file("will.toml", next),
    );
    assert.equal(stderr, "");
    assert.equal(status, loses ? 7 : 0);
  });
}

test("no secret of the old or the new configuration is in the last words of a program", () => {
  const config = file("deeptrace.toml", base);
  file("deeptrace.toml.previous", '[sender.elastic]\n"api_key" = "older"\nusername = "elastic"\n');
  const words = 'agent: it\'s "quoted" = \\ yes and older olderolder\nplain elastic line';
  const script = `config_file=$1\n${healthCheck}\nprintf '%s\\n' "$2" | without_secrets`;
  const { stdout, stderr } = sh(script, config, words);
  assert.equal(stderr, "");
  assert.equal(stdout, "agent: [secret] and [secret] [secret][secret]\nplain elastic line\n");
});

test("last words are shown as they are where there is no configuration", () => {
  const { stdout, status } = sh(`config_file=$1/none\n${healthCheck}\necho words | without_secrets`, directory);
  assert.equal(status, 0);
  assert.equal(stdout, "words\n");
});
