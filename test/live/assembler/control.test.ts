import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { type AssemblerSettingsInput, renderAssemblerToml } from "../../../assembler/settings/assembler-settings";
import { openTestbed, type RunningElasticsearch, type Testbed } from "../../testbed/testbed";
import { waitFor } from "../../testbed/wait-for";
import { baseTime, spanText } from "../../unit/assembler/support/span-text";
import { LiveAssembler } from "./support/live-assembler";
import { SpanIndex } from "./support/span-index";

const token = "a-token-for-this-test";
let testbed: Testbed;
let elasticsearch: RunningElasticsearch;
let spans: SpanIndex;
const assemblers: LiveAssembler[] = [];

before(async () => {
  testbed = await openTestbed();
  elasticsearch = await testbed.elasticsearch();
  spans = new SpanIndex(elasticsearch.nodeUrl);
});
after(async () => {
  await Promise.all(assemblers.map((assembler) => assembler.close()));
  await testbed.close();
});

function settingsOf(settings: Partial<AssemblerSettingsInput>): AssemblerSettingsInput {
  const { url, username, password } = elasticsearch;
  return {
    elastic: { url, username, password },
    reading: { poll_interval_ms: 100 },
    grouping: { quiet_period_ms: 300, recent_ms: 600_000 },
    http: { port: 0, api_token: token },
    ...settings,
  };
}

function assemblerWith(settings: Partial<AssemblerSettingsInput>): LiveAssembler {
  const assembler = new LiveAssembler(elasticsearch, settingsOf(settings));
  assemblers.push(assembler);
  return assembler;
}

function configure(assembler: LiveAssembler, settings: Partial<AssemblerSettingsInput>): void {
  writeFileSync(assembler.config, renderAssemblerToml(settingsOf(settings)));
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several kinds, each looked at below.
type Answer = { status: number; body: any };

async function api(assembler: LiveAssembler, method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${assembler.port}/api/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(method === "POST" ? { "content-type": "application/json" } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

function arrival(id: string, start = 1) {
  return { index: "spans_control", id, text: spanText({ id, traceId: id, start, end: start + 1 }) };
}

const until = (what: string, ask: () => Promise<boolean>, timeoutMs = 60_000) => waitFor(ask, { timeoutMs, what });
const isActive = (assembler: LiveAssembler) => async () => (await assembler.metric("active")) === 1;
const has = (id: string) => async () => (await spans.traces()).has(id);

test("turns are taken by itself, when asked for, or not at all, as the mode says", async () => {
  const assembler = assemblerWith({ name: "modes", mode: "manual" });
  await assembler.start();
  await until("it to be ready", () => assembler.isReady());
  await spans.write([arrival("m1")]);
  assert.equal((await assembler.get("/api/status"))?.status, 401);
  const first = await api(assembler, "POST", "turn");
  assert.deepEqual([first.status, first.body.spans], [200, 1]);
  await until("the second turn to write", async () => (await api(assembler, "POST", "turn")).body.traces_due === 1);
  assert.equal(await has("m1")(), true);

  await api(assembler, "POST", "mode", { mode: "debug" });
  await spans.write([arrival("m2")]);
  const turn = await api(assembler, "POST", "turn");
  assert.equal(turn.body.pages[0].shard, "spans_control/0");
  await until("its turn to be in the log", async () => assembler.logged("turn") !== undefined);

  assert.equal((await api(assembler, "POST", "mode", { mode: "maintenance" })).status, 200);
  const health = await assembler.get("/health/ready");
  assert.equal(health?.status, 503);
  assert.match(health?.body ?? "", /"status":"maintenance"/);
  const refused = await api(assembler, "POST", "turn");
  assert.deepEqual([refused.status, refused.body.error.startsWith("the mode is maintenance")], [409, true]);
  assert.equal((await api(assembler, "POST", "mode", { mode: "fast" })).status, 400);
  await api(assembler, "POST", "mode", { mode: "automatic" });
  await until("it to go on by itself", has("m2"));
});

test("a reload takes what it can, and keeps everything when it cannot", async () => {
  const [assembler] = assemblers as [LiveAssembler];
  configure(assembler, { name: "modes", mode: "manual", log: { level: "debug" } });
  process.kill(assembler.pid, "SIGHUP");
  await until("the reload", async () => assembler.logged("settings reloaded") !== undefined);
  assert.deepEqual(assembler.logged("settings reloaded")?.fields, ["log.level"]);
  assert.equal((await api(assembler, "GET", "status")).body.settings.log.level, "debug");
  configure(assembler, { name: "else", log: { level: "info" } });
  const refused = await api(assembler, "POST", "reload");
  assert.equal(refused.status, 422);
  assert.match(refused.body.faults[0], /^name: changed from "modes" to "else"; this takes a restart$/);
  writeFileSync(assembler.config, "name = 1\n[log]\nlevel = 2\n");
  assert.equal((await api(assembler, "POST", "reload")).body.faults.length, 3);
  const { body } = await api(assembler, "GET", "status");
  assert.deepEqual([body.name, body.settings.log.level], ["modes", "debug"]);
  assert.equal(JSON.stringify(body).includes(token), false);
  assert.equal(await assembler.end("SIGTERM"), "ended with status 0");
});

test("one that is halted loses the lease within 15 s and writes no more; a stop hands it over at once", async () => {
  const [first, second] = [assemblerWith({ name: "pair" }), assemblerWith({ name: "pair" })];
  await first.start();
  await until("the first to be active", isActive(first));
  await second.start();
  await until("the second to stand by", async () => second.logged("standing by") !== undefined);
  process.kill(first.pid, "SIGSTOP");
  try {
    await until("the second to take over", isActive(second), 15_000);
    await spans.write([arrival("p1")]);
    await until("the second to work", has("p1"));
  } finally {
    process.kill(first.pid, "SIGCONT");
  }
  await until(
    "the first to notice",
    async () => first.logged("another assembler of this name took over") !== undefined,
  );
  await until("the first to stand by", async () => first.logged("standing by") !== undefined);
  assert.equal(await second.end("SIGTERM"), "ended with status 0");
  await until("the first to have it again", isActive(first), 5_000);
});

test("--once reads and writes everything there is, and does nothing beside another that is active", async () => {
  const beside = await assemblerWith({ name: "pair" }).command("run", "--once");
  assert.equal(beside.code, 1);
  assert.match(beside.stderr, /the assembler of the name "pair" is active already, in process \d+ on /);
  const alone = assemblerWith({ name: "alone", mode: "manual", grouping: { quiet_period_ms: 600_000 } });
  await spans.write([arrival("o1"), arrival("o2")]);
  const { code, stderr } = await alone.command("run", "--once");
  assert.equal(code, 0, stderr);
  const count = await alone.verify(1);
  assert.deepEqual([count.lost, count.pending, count.duplicated], [0, 0, 0], JSON.stringify(count));
});

test("a backfill brings lost traces back, by the one that is active or by itself, and twice is as good as once", async () => {
  const active = assemblers[1] as LiveAssembler;
  await spans.write([arrival("b1", 5_000_000_000), arrival("b2", 5_000_000_999), arrival("b3", 5_000_001_000)]);
  await until("the traces", async () => (await has("b1")()) && (await has("b3")()));
  const lose = async () => {
    const found = await spans.ask("GET", "/traces/_search?q=_id:b1&_source=false&filter_path=hits.hits._index");
    await spans.ask("DELETE", `/${JSON.parse(found).hits.hits[0]._index}/_doc/b1?refresh=true`);
  };
  await lose();
  const range = ["--from", String(baseTime + 5_000_000_000n), "--to", String(baseTime + 5_000_001_000n)];
  const byActive = await active.command("backfill", ...range);
  assert.equal(byActive.code, 0, byActive.stderr);
  assert.match(byActive.stdout, /^done: 2 spans read again, 1 traces written\n$/);
  assert.equal(await has("b1")(), true);
  await active.end("SIGTERM");
  await lose();
  const byItself = await active.command("backfill", ...range);
  assert.match(byItself.stdout, /^done: 2 spans read again, 1 traces written\n$/, byItself.stderr);
  const again = await active.command("backfill", ...range);
  assert.match(again.stdout, /^done: 2 spans read again, 0 traces written\n$/, again.stderr);
  const count = await active.verify(1);
  assert.deepEqual([count.lost, count.pending, count.duplicated], [0, 0, 0], JSON.stringify(count));
});

test("a fault of its own is one line of the log, lets the lease go and ends it with status 70", async () => {
  await spans.ask("PUT", "/deeptrace_assembler/_doc/cursors-broken", '{"shards":5}');
  const { code, stdout } = await assemblerWith({ name: "broken" }).command("run");
  assert.equal(code, 70);
  const lines = stdout.trim().split("\n");
  const last = JSON.parse(lines.at(-1) ?? "");
  assert.equal(last.level, "fatal");
  assert.match(last.err.stack, /TypeError/);
  const lease = JSON.parse(await spans.ask("GET", "/deeptrace_assembler/_doc/lease-broken"));
  assert.equal(lease._source.holder, null);
});
