import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { buildRelease } from "../../../examples/agent/release";
import { buildServices, type DemoService, demoServices, serviceCommand } from "../../../examples/services/release";

async function built(
  build: (directory: string) => Promise<void>,
): Promise<Map<string, { text: string; mode: number }>> {
  const directory = mkdtempSync(path.join(tmpdir(), "release-"));
  try {
    await build(directory);
    const names = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
    const files = names.filter((name) => statSync(path.join(directory, name)).isFile());
    const read = (name: string) => ({
      text: readFileSync(path.join(directory, name), "utf8"),
      mode: statSync(path.join(directory, name)).mode & 0o777,
    });
    return new Map(files.map((name) => [name, read(name)]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("the agent's release is the same bytes each time, and names no place of the machine that built it", async () => {
  const release = await built(buildRelease);
  assert.deepEqual(await built(buildRelease), release);
  assert.deepEqual(
    [...release.keys()],
    ["README.md", "VERSION", "agent.js", "scripts/install_agent.sh", "scripts/run_agent.sh", "scripts/stop_agent.sh"],
  );
  const project = path.resolve(__dirname, "../../..");
  for (const { text } of release.values()) assert.equal(text.includes(project), false);
  for (const [name, { mode }] of release) assert.equal(mode & 0o111, name.endsWith(".sh") ? 0o111 : 0, name);
});

test("a host needs only the files of the services' release to run them", async () => {
  const release = await built(buildServices);
  assert.deepEqual([...release.keys()], [...demoServices.map(({ file }) => file)].sort());
  for (const [name, { text }] of release) {
    const needs = [...text.matchAll(/require\("([^"]+)"\)/g)].map(([, module]) => module);
    assert.deepEqual(
      needs.filter((module) => !module?.startsWith("node:")),
      [],
      name,
    );
  }
});

test("a service's command carries its place and the addresses of those that it calls", () => {
  const place = {
    directory: "/srv/the shop",
    node: "/usr/bin/node",
    host: "198.18.0.2",
    port: 8082,
    urls: { backend: "http://198.18.0.3:8083", catalog: "http://198.18.0.3:8081" },
  };
  assert.equal(
    serviceCommand(serviceNamed("cart"), place),
    "env HOST=198.18.0.2 PORT=8082 BACKEND_URL=http://198.18.0.3:8083 /usr/bin/node '/srv/the shop/shop-cart.js'",
  );
  assert.throws(
    () => serviceCommand(serviceNamed("frontend"), place),
    /"frontend" calls "cart", whose URL is not given/,
  );
});

test("every service stands after those that it calls", () => {
  demoServices.forEach(({ calls }, index) => {
    const before = demoServices.slice(0, index).map(({ name }) => name as string);
    assert.ok(Object.keys(calls).every((called) => before.includes(called)));
  });
});

function serviceNamed(name: DemoService["name"]): DemoService {
  const service = demoServices.find((each) => each.name === name);
  assert.ok(service);
  return service;
}
