import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { dailyIndexName } from "../../../assembler/elastic/daily-index";
import { freePort } from "../../testbed/free-port";
import { systemdHostsWork } from "../../testbed/hosts/systemd-support";
import { waitFor } from "../../testbed/wait-for";
import { spanText } from "../../unit/assembler/support/span-text";
import { SpanIndex } from "../assembler/support/span-index";
import { FleetStack } from "./fleet-stack";

const dayMs = 86_400_000;

describe("retention that a fleet file asks for", async () => {
  const skip = (await systemdHostsWork()) ? false : "this machine cannot run systemd hosts";
  let stack: FleetStack;
  let spans: SpanIndex;

  before(async () => {
    if (skip) return;
    stack = await FleetStack.open(["server"], "systemd", { register: true });
    const server = stack.host("server");
    const { nodeUrl } = stack.elasticsearch ?? assert.fail("no Elasticsearch");
    spans = new SpanIndex(nodeUrl);
    const retention =
      "[assembler.retention]\nenabled = true\nperiod_ms = 500\ntraces_days = 3\nrejected_days = 3\nspans_days = 2\n";
    stack.head = stack.head.replace(
      "[agent_defaults.source]",
      `ssh_port = ${server.port}\nuser_name = "${server.user}"\n${stack.login(server)}\nservice_manager = "systemd"\n` +
        `[assembler.http]\nport = ${await freePort()}\n${retention}[agent_defaults.source]`,
    );
    stack.write();
  });
  after(async () => {
    if (!skip) await stack.close();
  });

  const daily = async () =>
    Object.keys(JSON.parse(await spans.ask("GET", "/traces-2*/_settings?filter_path=*.settings.index.uuid"))).sort();

  test("is what the assembler does after an up: old days go, young ones stay, and a span from before comes into a trace", {
    skip,
  }, async () => {
    const [old, young] = [
      dailyIndexName("traces", Date.now() - 6 * dayMs),
      dailyIndexName("traces", Date.now() - dayMs),
    ];
    for (const index of [old, young]) {
      await spans.ask("PUT", `/${index}`, JSON.stringify({ aliases: { traces: {} } }));
    }
    // From before the assembler came: nothing has read it.
    await spans.write([{ index: "spans_a1", id: "s1", text: spanText({ id: "s1", traceId: "t1", start: 1, end: 2 }) }]);
    await stack.up();
    await waitFor(async () => !(await daily()).includes(old), { timeoutMs: 60_000, what: "the old day to be deleted" });
    assert.ok((await daily()).includes(young));
    await waitFor(async () => (await spans.traces()).has("t1"), { timeoutMs: 60_000, what: "the trace of the span" });
    assert.equal((await spans.documents("spans_a1")).length, 1);
    assert.match((await stack.up("--expect-no-changes")).stdout, /unchanged/);
  });
});
