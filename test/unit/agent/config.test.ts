import assert from "node:assert/strict";
import { test } from "node:test";
import { indexOf, readConfig } from "../../../examples/agent/src/config";
import { planUpdate, RefusedUpdate } from "../../../examples/agent/src/config-change";

const least = '[agent]\nname = "web-1"\n[sender.elastic]\nnode_url = "http://198.18.0.1:9200"\n';
const withPassword = `${least}username = "elastic"\npassword = "top-secret"\n`;

test("the least configuration gets DeepTrace's defaults", () => {
  const config = readConfig("deeptrace.toml", least);
  assert.equal(config.api.port, 7899);
  assert.equal(config.sender.flat_file.file_size_limit, 1_073_741_824);
  assert.deepEqual(config.ebpf, { pids: [], services: {} });
  assert.equal(indexOf(config), "spans_web-1");
});

test("all faults are told at once, with their lines, and without the secret", () => {
  const text = withPassword
    .replace("http://198.18.0.1:9200", "198.18.0.1:9200")
    .replace("top-secret", "top-secret\\u0021")
    .concat('bulk_sizes = 3\n[api]\nport = 70000\n[ebpf.services]\nweb = "("\n');
  assert.throws(
    () => readConfig("deeptrace.toml", text),
    (error: Error) => {
      assert.match(error.message, /deeptrace\.toml:4: sender\.elastic\.node_url: got "198\.18\.0\.1:9200"/);
      assert.match(error.message, /deeptrace\.toml:7: sender\.elastic\.bulk_sizes: .*did you mean bulk_size\?/);
      assert.match(error.message, /deeptrace\.toml:9: api\.port: got 70000/);
      assert.match(error.message, /deeptrace\.toml:11: ebpf\.services\.web: got "\("; allowed: a regular expression/);
      assert.equal(error.message.split("\n").length, 4);
      assert.doesNotMatch(error.message, /top-secret/);
      return true;
    },
  );
});

test("text that is not TOML is told by its line, without an excerpt that could show the password", () => {
  assert.throws(
    () => readConfig("deeptrace.toml", `${withPassword.replace('"top-secret"', '"top-secret')}`),
    (error: Error) => /deeptrace\.toml:6/.test(error.message) && !error.message.includes("top-secret"),
  );
});

test("an update is laid over the settings and names what it changed", () => {
  const config = readConfig("deeptrace.toml", `${withPassword}[ebpf.services]\nweb = "web"\nold = "old"\n`);
  const change = planUpdate(config, {
    sender: { batch_size: 5, elastic: { bulk_size: 7, username: "elastic" } },
    ebpf: { pids: [4], services: { web: "web" } },
  });
  assert.deepEqual(change.applied, ["ebpf.pids", "ebpf.services", "sender.batch_size", "sender.elastic.bulk_size"]);
  assert.deepEqual(change.needRestart, []);
  assert.equal(change.config.sender.elastic.password, "top-secret");
  assert.deepEqual(change.config.ebpf.services, { web: "web" });
});

test("an update of what is bound at start names what needs a restart", () => {
  const config = readConfig("deeptrace.toml", least);
  const change = planUpdate(config, { agent: { name: "web-2" }, api: { port: 1 }, sender: { batch_size: 2 } });
  assert.deepEqual(change.needRestart, ["agent.name", "api.port"]);
});

test("a wrong update is refused with all its faults", () => {
  const config = readConfig("deeptrace.toml", least);
  assert.throws(
    () => planUpdate(config, { sender: { batch_size: 0 }, nonsense: 1 }),
    /batch_size[\s\S]*nonsense|nonsense[\s\S]*batch_size/,
  );
  assert.throws(() => planUpdate(config, [1]), RefusedUpdate);
});

test("the password that the agent holds is never sent to another server", () => {
  const config = readConfig("deeptrace.toml", withPassword);
  const elsewhere = { node_url: "http://198.18.0.9:9200" };
  assert.throws(() => planUpdate(config, { sender: { elastic: elsewhere } }), RefusedUpdate);
  const change = planUpdate(config, { sender: { elastic: { ...elsewhere, password: "other" } } });
  assert.deepEqual(change.applied, ["sender.elastic.node_url", "sender.elastic.password"]);
});
