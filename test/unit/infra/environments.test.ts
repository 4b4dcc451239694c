import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { type FleetReading, readFleet } from "../../../infra/fleet/read-fleet";
import { planWaves } from "../../../infra/rollout/waves";
import { parseKnownHosts } from "../../../infra/ssh/known-hosts";
import { readStackOptions, type StackOptions } from "../../../infra/stack-options";

const project = join(__dirname, "../../..");
/** The reader of YAML that Pulumi's SDK brings. */
const yaml = createRequire(require.resolve("@pulumi/pulumi"))("js-yaml") as { load(text: string): unknown };

interface Environment extends FleetReading {
  readonly text: string;
  readonly options: StackOptions;
}

/** Reads a stack's file and its fleet as the program does, with exactly the secrets that the file names. */
function readEnvironment(stack: string): Environment {
  const file = `Pulumi.${stack}.yaml`;
  const text = readFileSync(join(project, file), "utf8");
  const { config } = yaml.load(text) as { config: Record<string, unknown> };
  // Pulumi hands every value over as a text, whatever has parts as JSON.
  const values = Object.entries(config).map(([key, value]) => [
    key.replace("deeptrace:", ""),
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  const options = readStackOptions(file, Object.fromEntries(values), () => false);
  const named = [...text.matchAll(/config set --secret (\w+)/g)].map(([, name = ""]) => name);
  const secrets = new Map(named.map((name) => [name, name.endsWith("Key") ? privateKey(name) : `password of ${name}`]));
  const reading = readFleet(options.fleet, readFileSync(join(project, options.fleet), "utf8"), {
    environment: options.variables,
    secrets: { get: (name) => secrets.get(name), isSecret: () => true },
    readKey: () => assert.fail("no key file is needed"),
    hasSshAgent: false,
    hostKeys: options.hostKeys,
    knownHosts: options.knownHosts
      ? { path: options.knownHosts, hosts: parseKnownHosts(readFileSync(join(project, options.knownHosts), "utf8")) }
      : undefined,
  });
  assert.equal(reading.secretValues.size, named.length, `${file} names secrets that its fleet does not use`);
  return { ...reading, text, options };
}

function privateKey(name: string): string {
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${name}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

for (const stack of ["dev", "staging", "prod"]) {
  test(`the ${stack} stack reads without a fault with the secrets that it names, and holds none`, () => {
    const { fleet, text } = readEnvironment(stack);
    assert.ok(fleet.agents.length >= 2);
    assert.ok(fleet.server.host);
    assert.doesNotMatch(text.replace(/^#.*/gm, ""), /password|key:|secure:/i);
  });
}

test("staging and production are one fleet on hosts of their own", () => {
  const [staging, prod] = [readEnvironment("staging"), readEnvironment("prod")];
  const names = ({ fleet }: Environment) => fleet.agents.map(({ name }) => name);
  assert.deepEqual(names(staging), names(prod));
  const hosts = ({ fleet }: Environment) => fleet.agents.map(({ host }) => host.target.host);
  assert.ok(hosts(staging).every((host) => host.endsWith(".staging.example.com")));
  assert.ok(hosts(prod).every((host) => host.endsWith(".prod.example.com")));
});

test("production takes no host on trust, a release by its commit, and rolls out in waves behind a canary", () => {
  const { fleet, options } = readEnvironment("prod");
  for (const { host, source } of fleet.agents) {
    assert.match(host.target.hostKey ?? "", /^ssh-ed25519 /);
    assert.match(host.target.proxy?.hostKey ?? "", /^ssh-ed25519 /);
    assert.match(source.ref, /^[0-9a-f]{40}$/);
  }
  const waves = planWaves(
    fleet.agents.map(({ name, host }) => ({ name, host: host.target.host })),
    options.rollout,
  );
  assert.deepEqual(
    waves.map(({ isCanary, agents }) => [isCanary, agents.map(({ name }) => name)]),
    [
      [true, ["data-1"]],
      [false, ["web-1"]],
      [false, ["web-2"]],
      [false, ["data-1-cart"]],
    ],
  );
});
