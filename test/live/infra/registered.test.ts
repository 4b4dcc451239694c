import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FleetOutputs } from "../../../infra/rollout/fleet-outputs";
import type { RunningElasticsearch } from "../../testbed/testbed";
import { AgentList } from "./agent-list";
import { FleetStack } from "./fleet-stack";

describe("agents of a fleet are registered in Elasticsearch", () => {
  let stack: FleetStack;
  let elasticsearch: RunningElasticsearch;
  let list: AgentList;

  before(async () => {
    stack = await FleetStack.open(["a", "b"], undefined, { register: true });
    elasticsearch = await stack.testbed.elasticsearch();
    list = new AgentList(elasticsearch);
    stack.write();
  });
  after(() => stack.close());

  test("an up enters every agent with what it runs, its secrets left out, and a second up changes nothing", async () => {
    await stack.up();
    const { commit } = await stack.testbed.agentRepository();
    for (const { name, host } of stack.agents()) {
      const found = await list.find(name);
      assert.ok(found, `${name} is not in the list`);
      const { config, registered_at, updated_at, ...rest } = found;
      assert.deepEqual(rest, {
        agent_name: name,
        host: host.address,
        ssh_port: host.port,
        index_name: `spans_${name}`,
        version: commit,
        service_manager: host.serviceManager,
        api: { address: "0.0.0.0", port: stack.port(host), url: `http://${host.address}:${stack.port(host)}` },
        services: ["none"],
        pids: [],
        config_digest: found.config_digest,
        stack: "organization/deeptrace/testbed",
      });
      assert.match(found.config_digest, /^[0-9a-f]{12}$/);
      assert.match(JSON.stringify(config), /"password":"\[secret\]"/);
      assert.ok(!JSON.stringify(found).includes(elasticsearch.password));
      assert.equal(registered_at, updated_at);
      assert.ok(Math.abs(Date.now() - Date.parse(registered_at)) < 600_000);
    }
    const mapping = JSON.stringify(await list.ask("GET", "_mapping"));
    assert.match(mapping, /"dynamic":"false"/);
    assert.ok(!mapping.includes("batch_size"), mapping);
    await stack.up("--expect-no-changes");
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("the state holds neither the password nor the revision in clear", async () => {
    const { stdout } = await stack.pulumi.run(["stack", "export"]);
    assert.ok(!stdout.includes(elasticsearch.password));
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: { type: string; inputs: object }[] } };
    const { inputs } = deployment.resources.find(({ type }) => type.endsWith(":Registration")) ?? assert.fail();
    assert.match(JSON.stringify((inputs as { revision?: object }).revision), /ciphertext/);
  });

  test("the outputs tell agents, hosts, endpoints and versions", async () => {
    const outputs = JSON.parse((await stack.pulumi.run(["stack", "output", "--json"])).stdout) as FleetOutputs;
    const { commit } = await stack.testbed.agentRepository();
    const [a] = stack.agents();
    assert.ok(a);
    assert.deepEqual(outputs.agents[0], {
      name: "a",
      rollout: "done",
      version: commit,
      host: a.host.address,
      port: a.host.port,
      user: a.host.user,
      hostKey: a.host.hostKey,
      serviceManager: a.host.serviceManager,
      api: `http://${a.host.address}:${stack.port(a.host)}`,
      index: "spans_a",
      wave: 1,
    });
    assert.deepEqual(outputs.versions, { [commit]: ["a", "b"] });
    assert.deepEqual(outputs.endpoints, { elasticsearch: elasticsearch.url, assembler: "not rolled out" });
    assert.deepEqual(outputs.hosts.flatMap(({ agents }) => agents).sort(), ["a", "b"]);
  });

  test("a removed and an altered entry are drift of these agents' registrations alone, and a heal writes them again", async () => {
    const before = await list.find("a");
    await list.ask("DELETE", "_doc/a");
    await list.ask("POST", "_update/b", { doc: { version: "mine", note: "hello" } });
    const { code, stdout } = await stack.run("preview", "--refresh", "--diff", "--expect-no-changes");
    assert.notEqual(code, 0);
    assert.match(stdout, /observed *: "registered" => "absent"/);
    assert.match(
      stdout,
      /observed *: "registered" => "altered: note should not be there; version is \\?"mine\\?", should be/,
    );
    assert.deepEqual((await stack.preview("--refresh")).changes, ["update a-registration", "update b-registration"]);
    await stack.up("--refresh");
    assert.equal((await list.find("a"))?.registered_at, before?.registered_at);
    assert.equal((await list.find("b"))?.note, undefined);
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("a changed configuration changes the entry; an agent that leaves the fleet leaves the list", async () => {
    const [a, b] = stack.agents();
    assert.ok(a && b);
    const before = await list.find("a");
    stack.write([{ ...a, more: "[agents.config.sender]\nbatch_size = 16" }]);
    await stack.up();
    const now = await list.find("a");
    assert.notEqual(now?.config_digest, before?.config_digest);
    assert.equal(now?.registered_at, before?.registered_at);
    assert.equal(await list.find("b"), undefined);
    stack.write();
    await stack.up();
    assert.ok(await list.find("b"));
  });

  test("while Elasticsearch is away a refresh says so and looks at the hosts all the same, and an up says what to do", async () => {
    await elasticsearch.stop();
    const { stdout } = await stack.run("preview", "--refresh", "--diff");
    assert.match(stdout, /observed *: "registered" => "unreachable: .*502/);
    assert.deepEqual((await stack.preview("--refresh")).changes, ["update a-registration", "update b-registration"]);
    const up = await stack.run("up", "--yes", "--refresh", "--skip-preview");
    assert.notEqual(up.code, 0);
    assert.match(
      up.stdout,
      /agent "a": cannot be entered into agent_list: Elasticsearch at http:\S+ does not answer \(.*\): start it, .* or leave agents unregistered: pulumi config set deeptrace:register false/,
    );
    assert.match(up.stdout, /0 of 2 agents rolled out\n\s+failed, last known at [0-9a-f]{12}: a, b/);
    await elasticsearch.start();
    await stack.up("--refresh");
    assert.deepEqual((await stack.preview("--refresh")).changes, []);
  });

  test("a teardown without Elasticsearch fails with how to go on, goes on when told to, and leaves no agent", async () => {
    await elasticsearch.stop();
    const failed = await stack.run("destroy", "--yes", "--skip-preview");
    assert.notEqual(failed.code, 0);
    assert.match(
      failed.stdout,
      /cannot be removed from agent_list: .*run this again with DEEPTRACE_ON_UNREACHABLE=skip/,
    );
    const skipped = await stack.pulumi.run(["destroy", "--yes", "--skip-preview"], {
      allowFailure: true,
      environment: { DEEPTRACE_ON_UNREACHABLE: "skip" },
    });
    assert.equal(skipped.code, 0, skipped.stdout);
    assert.match(skipped.stdout, /agent "a" stays in agent_list: .*remove it later/);
    assert.deepEqual(await stack.resources(), []);
    await elasticsearch.start();
    assert.ok(await list.find("a"), "it stays in the list, as was said");
  });

  test("a stack that is torn down with Elasticsearch there leaves nothing in the list", async () => {
    await stack.up();
    await stack.run("destroy", "--yes", "--skip-preview");
    assert.equal(await list.find("a"), undefined);
    assert.equal(await list.find("b"), undefined);
  });
});
