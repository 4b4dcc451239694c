import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { utils } from "ssh2";
import { agentLayout } from "../../../infra/host-scripts/host-layout";
import { FleetStack } from "./fleet-stack";

/** Faults of the file: what is written, and the one line that says so. */
const faultyFiles: { name: string; spoil: (text: string) => string; says: RegExp }[] = [
  {
    name: "invalid TOML",
    spoil: (text) => text.replace("[server]", "[server"),
    says: /fleet\.toml:3: column \d+: got invalid TOML \(.*\)/,
  },
  {
    name: "an unknown key",
    spoil: (text) => text.replace("host_ip", "hots_ip"),
    says: /fleet\.toml:\d+: agent "a": agent_info\.hots_ip: got an unknown key; allowed: .*; did you mean host_ip\?/,
  },
  {
    name: "a duplicate agent name",
    spoil: (text) => text.replace('agent_name = "b"', 'agent_name = "a"'),
    says: /fleet\.toml:\d+: agent "a": agent_info\.agent_name: got the name of another agent \(line \d+\)/,
  },
  {
    name: "a missing secret",
    spoil: (text) => text.replace("secret:elasticPassword", "secret:elasticPasswort"),
    says: /fleet\.toml:2: elastic\.elastic_password: got secret:elasticPasswort, which the stack's config does not have; .*; run: pulumi config set --secret elasticPasswort/,
  },
  {
    name: "a branch that does not exist",
    spoil: (text) => text.replace("[agent_defaults.source]", '[agent_defaults.source]\nref = "nowhere"'),
    says: /fleet\.toml: agents "a", "b": source\.ref: got nowhere of .*, which that repository does not have/,
  },
  {
    name: "a repository that cannot be reached",
    spoil: (text) => text.replace(/repo = ".*"/, 'repo = "/nowhere/agent.git"'),
    says: /fleet\.toml: agents "a", "b": source\.ref: got main of \/nowhere\/agent\.git, which cannot be looked up from here \(fatal: .*\)/,
  },
];

describe("bad input", () => {
  let stack: FleetStack;
  let good = "";

  before(async () => {
    stack = await FleetStack.open(["a", "b"]);
    good = stack.write();
    await stack.up();
  });
  after(() => stack?.close());

  /** A change for both agents, so that both are visited. */
  function changeBoth(batchSize: number): void {
    stack.write(
      stack.agents().map((agent) => ({ ...agent, more: `[agents.config.sender]\nbatch_size = ${batchSize}` })),
    );
  }

  async function batchSize(name: string): Promise<string> {
    const host = stack.host(name);
    const file = agentLayout(name, host.serviceManager).configFile;
    return stack.on(host, `sed -n 's/^batch_size = //p' ${file}`);
  }

  for (const { name, spoil, says } of faultyFiles) {
    test(`${name} is one clear message, and nothing is touched`, async () => {
      const before = await stack.resources();
      writeFileSync(stack.fleetFile, spoil(good));
      assert.notEqual(spoil(good), good);
      const { code, stdout, stderr } = await stack.run("up", "--yes");
      assert.notEqual(code, 0);
      const diagnostics = stdout.slice(stdout.indexOf("Diagnostics:"));
      assert.match(diagnostics, says);
      assert.equal(diagnostics.match(/error:/g)?.length, 1, diagnostics);
      assert.doesNotMatch(stdout + stderr, /\n\s+at .*\(.*:\d+:\d+\)/);
      assert.deepEqual(await stack.resources(), before);
      stack.write();
      assert.deepEqual((await stack.preview()).changes, []);
    });
  }

  test("a missing fleet file is named with the command that names another", async () => {
    await stack.pulumi.run(["config", "set", "deeptrace:fleet", "nowhere.toml"]);
    const { code, stdout } = await stack.run("preview");
    await stack.pulumi.run(["config", "set", "deeptrace:fleet", stack.fleetFile]);
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /deeptrace:fleet: got nowhere\.toml, but there is no such file .* run: pulumi config set deeptrace:fleet PATH/,
    );
  });

  const faultyHosts: {
    name: string;
    spoil: () => Promise<void>;
    says: RegExp;
    /** What a refresh sees of the config meanwhile; it still has the login that was good. */
    sees: RegExp;
    mend: () => Promise<void>;
  }[] = [
    {
      name: "a wrong password or key",
      spoil: () => stack.setSecret("bLogin", stack.host("b").password ? "wrong-password" : aKey()),
      says: /agent "b" \(.*\): (wrong password|key refused) for user "\w+": .*(host_password|ssh_key) of this agent/,
      sees: /^sha256:/,
      mend: () => stack.setSecret("bLogin", stack.host("b").password ?? stack.host("b").privateKey ?? ""),
    },
    {
      name: "an unreachable host",
      spoil: () => stack.host("b").poweroff(),
      says: /agent "b" \(.*\): unreachable: .*is the host up, are host_ip and ssh_port right\?/,
      sees: /^unreachable: /,
      mend: () => stack.host("b").boot(),
    },
    {
      name: "a changed host key",
      spoil: () => stack.host("b").rotateHostKey(),
      says: /agent "b" \(.*\): host key changed: pinned SHA256:\S+, host shows SHA256:\S+\. If the host was rebuilt, set host_key = "ssh-ed25519 \S+" (of|for) this agent in the fleet file/,
      sees: /^host key changed: /,
      mend: async () => {},
    },
  ];

  faultyHosts.forEach(({ name, spoil, says, sees, mend }, index) => {
    test(`${name} fails that agent alone with one clear message, and the next up goes on`, async () => {
      await spoil();
      const size = 100 + index;
      changeBoth(size);
      const { code, stdout, stderr } = await stack.run("up", "--yes");
      assert.notEqual(code, 0);
      const diagnostics = stdout.slice(stdout.lastIndexOf("Diagnostics:"));
      assert.match(diagnostics, says, stdout + stderr);
      const errors = diagnostics.match(/error: .*/g)?.filter((line) => line !== "error: update failed");
      assert.equal(errors?.length, 2, diagnostics);
      assert.match(diagnostics, /error: agent "b": the steps that follow the failed one are left for the next up/);
      assert.doesNotMatch(stdout + stderr, /\n\s+at .*\(.*:\d+:\d+\)/);
      assert.equal(await batchSize("a"), String(size));

      // A refresh tells what it cannot see and fails nobody.
      const { observed } = await stack.preview("--refresh");
      assert.match(observed.b?.config ?? "", sees);

      await mend();
      if (name === "a changed host key") {
        const accepted = `user_name = "${stack.host("b").user}"\n${stack.login(stack.host("b"))}\nhost_key = "${stack.host("b").hostKey}"`;
        const more = `[agents.config.sender]\nbatch_size = ${size}`;
        stack.write(
          stack.agents().map((agent) => ({ ...agent, more, ...(agent.name === "b" && { login: accepted }) })),
        );
      }
      await stack.up("--refresh");
      assert.equal(await batchSize("b"), String(size));
      assert.deepEqual((await stack.preview("--refresh")).changes, []);
    });
  });

  test("without continuing on errors nothing is damaged either, and the next up goes on", async () => {
    const host = stack.host("b");
    await host.poweroff();
    stack.write(
      stack.agents().map((agent) => ({
        ...agent,
        more: "[agents.config.sender]\nbatch_size = 200",
        ...(agent.name === "b" && {
          login: `user_name = "${host.user}"\n${stack.login(host)}\nhost_key = "${host.hostKey}"`,
        }),
      })),
    );
    const before = await stack.resources();
    const { code } = await stack.pulumi.run(["up", "--yes"], { allowFailure: true });
    assert.notEqual(code, 0);
    assert.deepEqual(await stack.resources(), before);
    await host.boot();
    await stack.up();
    assert.deepEqual([await batchSize("a"), await batchSize("b")], ["200", "200"]);
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });
});

/** A private key that opens nothing. */
function aKey(): string {
  return utils.generateKeyPairSync("ed25519").private;
}
