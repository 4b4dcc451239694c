import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { AgentStatus } from "../../../assembler/fleet/agent-status";
import { writeEntry } from "../../../infra/registration/agent-list";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { spanText } from "../../unit/assembler/support/span-text";
import { LiveAssembler } from "./support/live-assembler";
import { SpanIndex } from "./support/span-index";

let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let spans: SpanIndex;
let assembler: LiveAssembler;
let api: Server;
let apiPort = 0;
let written = 0;

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
  spans = new SpanIndex(elasticsearch.nodeUrl);
  await openApi(0);
  assembler = new LiveAssembler(elasticsearch, {
    name: "watch",
    fleet: { period_ms: 300, silent_after_ms: 4000 },
  });
  await enter("a1");
  await enter("a2");
  await assembler.start();
});
after(async () => {
  await assembler?.close();
  await closeApi();
  await testbed?.close();
});

/** The agents' API, as far as the assembler asks it; its clock is an hour ahead. */
async function openApi(port: number): Promise<void> {
  api = createServer((request, response) => {
    response.setHeader("date", new Date(Date.now() + 3_600_000).toUTCString());
    response.statusCode = request.url === "/api/status" ? 200 : 404;
    response.end('{"name":"agent"}\n');
  });
  await new Promise<void>((resolve) => api.listen(port, "127.0.0.1", resolve));
  apiPort = (api.address() as AddressInfo).port;
}

function closeApi(): Promise<void> {
  api.closeAllConnections();
  return new Promise((resolve) => {
    api.close(() => resolve());
  });
}

/** As the rollout enters an agent. */
async function enter(agent: string): Promise<void> {
  const { url, username, password } = elasticsearch;
  const entry = {
    agent_name: agent,
    host: "127.0.0.1",
    index_name: `spans_${agent}`,
    api: { address: "127.0.0.1", port: apiPort, url: `http://127.0.0.1:${apiPort}` },
  };
  await writeEntry({ url, username, password }, agent, entry, new AbortController().signal);
}

async function writeSpan(agent: string, text?: string): Promise<void> {
  written += 1;
  const id = `w${written}`;
  const span = text ?? spanText({ id, traceId: id, start: written, end: written + 1 });
  await spans.write([{ index: `spans_${agent}`, id, text: span }]);
}

/** What `deeptrace-assembler status` says of the agents, and its exit status. */
async function status(): Promise<{ code: number; agents: Record<string, AgentStatus> }> {
  const { code, stdout, stderr } = await assembler.command("status", "--json");
  assert.notEqual(stdout, "", stderr);
  const agents = JSON.parse(stdout) as AgentStatus[];
  return { code, agents: Object.fromEntries(agents.map((agent) => [agent.agent, agent])) };
}

async function stored(agent: string): Promise<AgentStatus | undefined> {
  const response = await fetch(`${elasticsearch.nodeUrl}/agent_status/_source/${agent}`);
  return response.ok ? ((await response.json()) as AgentStatus) : undefined;
}

/** Waits until the agent is so; `busy` agents go on sending spans meanwhile. */
async function untilStatus(agent: string, wanted: string, busy: string[] = []): Promise<void> {
  const isSo = async () => {
    for (const other of busy) await writeSpan(other);
    await spans.ask("POST", "/spans_*/_refresh");
    return (await stored(agent))?.status === wanted;
  };
  await waitFor(isSo, { timeoutMs: 60_000, what: `agent ${agent} to be ${wanted}` });
}

test("agents whose spans come are ok, with what is known of them", async () => {
  await untilStatus("a1", "ok", ["a1", "a2"]);
  const known = async () => {
    const found = await stored("a1");
    return found !== undefined && found.last_span_start !== null && found.rate > 0 && found.api.state === "answers";
  };
  await waitFor(
    async () => {
      await writeSpan("a1");
      await writeSpan("a2");
      return known();
    },
    { timeoutMs: 60_000, what: "a1 to be known" },
  );
  const a1 = (await stored("a1")) as AgentStatus;
  assert.deepEqual([a1.host, a1.index, a1.registered, a1.assembler], ["127.0.0.1", "spans_a1", true, "watch"]);
  assert.match(String(a1.last_span_start), /^17000000001234\d{5}$/);
  assert.ok(Math.abs((a1.clock_offset_ms ?? 0) - 3_600_000) < 5000, String(a1.clock_offset_ms));
});

test("an agent that sends nothing any more is named, while its API answers and when it does not", async () => {
  await untilStatus("a2", "silent", ["a1"]);
  assert.match((await stored("a2"))?.reason ?? "", /^no span for \d+ s; its API answers$/);
  assert.ok(assembler.logged("agent a2 is silent: no span for "), assembler.rawLog);
  const { code, agents } = await status();
  assert.deepEqual([code, agents.a2?.status], [1, "silent"]);
  const metrics = (await assembler.get("/metrics"))?.body ?? "";
  assert.match(metrics, /^deeptrace_assembler_agent_ok\{agent="a2"\} 0$/m);
  assert.match(metrics, /^deeptrace_assembler_agents\{status="silent"\} \d$/m);
  await closeApi();
  const isSaid = async () => /does not answer \(ECONNREFUSED\)$/.test((await stored("a2"))?.reason ?? "");
  await waitFor(isSaid, { timeoutMs: 30_000, what: "the API's silence to be said" });
});

test("an agent that sends again is ok again, and that is said, too", async () => {
  await openApi(apiPort);
  await untilStatus("a2", "ok", ["a1", "a2"]);
  assert.ok(assembler.logged("agent a2 is ok again: spans come"), assembler.rawLog);
  const table = await assembler.command("status");
  assert.match(table.stdout, /^AGENT +STATUS/);
});

test("documents that are no spans make an agent rejecting; a restart of the assembler forgets nothing of it", async () => {
  const isRejecting = async () => {
    await writeSpan("a1", '{"no":"span"}');
    await writeSpan("a2");
    return (await stored("a1"))?.status === "rejecting";
  };
  await waitFor(isRejecting, { timeoutMs: 60_000, what: "agent a1 to be rejecting" });
  assert.match((await stored("a1"))?.reason ?? "", /^\d+ of \d+ documents of the last 60 s are in spans_rejected$/);
  const before = (await stored("a1")) as AgentStatus;
  await assembler.end("SIGTERM");
  await assembler.start();
  const isWatchedAgain = async () => ((await stored("a1"))?.looked_at ?? 0) > before.looked_at;
  await waitFor(isWatchedAgain, { timeoutMs: 30_000, what: "the next assembler to watch" });
  assert.equal((await stored("a1"))?.watched_since, before.watched_since);
});

test("spans of an agent that nobody entered are named, and one that is taken out of the list leaves the table", async () => {
  await untilStatus("stray", "unregistered", ["stray", "a1"]);
  await spans.ask("DELETE", "/agent_list/_doc/a2?refresh=true");
  const hasLeft = async () => {
    await writeSpan("a1");
    return (await stored("a2")) === undefined;
  };
  await waitFor(hasLeft, { timeoutMs: 60_000, what: "a2 to leave" });
  assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
  const { stderr } = await assembler.command("status");
  await waitFor(async () => (await assembler.command("status")).stderr.startsWith("no assembler watches the fleet"), {
    timeoutMs: 30_000,
    what: `it to be said that nobody watches (${stderr})`,
  });
});
