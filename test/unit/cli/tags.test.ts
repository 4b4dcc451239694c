import assert from "node:assert/strict";
import { test } from "node:test";
import { readFleet } from "../../../infra/fleet/read-fleet";

const agent = (name: string, more = "") => `
[[agents]]
[agents.agent_info]
agent_name = "${name}"
host_ip = "198.51.100.${name.length}"
${more}`;
const tagsOf = (...agents: string[]) => {
  const text = `[elastic]
elastic_password = "secret:pw"
[server]
ip = "198.51.100.9"
[agent_defaults.agent_info]
user_name = "root"
tags = ["eu"]
${agents.join("")}`;
  const { fleet } = readFleet("fleet.toml", text, {
    environment: {},
    secrets: { get: () => "hunter2", isSecret: () => true },
    readKey: () => "",
    hasSshAgent: true,
  });
  return fleet.agents.map(({ tags }) => tags);
};

test("an agent has its own tags, else those of the defaults; each once and sorted", () => {
  assert.deepEqual(tagsOf(agent("a"), agent("bb", 'tags = ["us", "edge", "us"]'), agent("ccc", "tags = []")), [
    ["eu"],
    ["edge", "us"],
    [],
  ]);
});

test("a tag that could not be given on a command line is a fault with its line", () => {
  assert.throws(() => tagsOf(agent("a", 'tags = ["-x y"]')), /fleet\.toml:13: agent "a": agent_info\.tags/);
});
