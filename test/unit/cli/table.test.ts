import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentReport } from "../../../infra/cli/agent-report";
import { paintFor } from "../../../infra/cli/show/choose-progress";
import { LineProgress } from "../../../infra/cli/show/line-progress";
import { columnsFor, liveTable, type Paint, type Row, reportLines, tally } from "../../../infra/cli/show/table";
import { TableProgress } from "../../../infra/cli/show/table-progress";

const plain: Paint = (_, text) => text;
const row = (agent: string, tone: Row["tone"], words = "", state: string = tone): Row => ({
  agent,
  host: "198.51.100.11:22",
  tone,
  state,
  words,
});
const report = (agent: string, state = "ok", details: string[] = []): AgentReport => ({
  agent,
  standing: state === "ok" ? "well" : "unwell",
  state,
  summary: "4d5e6f012345 since 2026-01-01T00:00:00Z",
  details,
  facts: {},
});

test("columns stand under each other and no line is wider than the terminal", () => {
  const rows = [row("web-1", "well", "a long story ".repeat(20)), row("database-17", "busy", "looking")];
  assert.deepEqual(liveTable(rows, { width: 72, height: 24 }, plain), [
    "web-1       198.51.100.11:22 well         a long story a long story a l~",
    "database-17 198.51.100.11:22 busy         looking",
    "1 of 2 done",
  ]);
  for (const width of [16, 20, 31, 40, 60, 200]) {
    for (const line of liveTable(rows, { width, height: 24 }, plain)) assert.ok(line.length <= width, line);
  }
});

test("a narrow terminal loses the address, not the words", () => {
  const [line] = liveTable([row("web-1", "well", "all is as it should be")], { width: 45, height: 24 }, plain);
  assert.equal(line, "web-1 well         all is as it should be");
});

test("where not all rows fit, trouble is shown first and the rest is counted", () => {
  const rows = [
    ...Array.from({ length: 50 }, (_, index) => row(`web-${index}`, "well")),
    row("web-x", "unreachable"),
    row("web-y", "busy"),
    row("web-z", "unwell"),
  ];
  const lines = liveTable(rows, { width: 80, height: 6 }, plain);
  assert.equal(lines.length, 6);
  assert.deepEqual(
    lines.slice(0, 3).map((line) => line.split(" ")[0]),
    ["web-x", "web-z", "web-y"],
  );
  assert.equal(lines.at(-1), "52 of 53 done, 48 not shown");
});

test("a report is never cut, and its details stand below it", () => {
  const columns = columnsFor([{ agent: "web-1", host: "h:22" }], Number.POSITIVE_INFINITY);
  const long = report("web-1", "drifted", [`config: ${"x".repeat(300)}`]);
  const [line, detail] = reportLines({ ...long, summary: "y".repeat(200) }, "h:22", columns, plain);
  assert.equal(line, `web-1 h:22 drifted      ${"y".repeat(200)}`);
  assert.equal(detail, `    config: ${"x".repeat(300)}`);
});

test("the tally counts by state, the most first", () => {
  assert.equal(tally([report("a"), report("b", "drifted"), report("c")]), "3 agents: 2 ok, 1 drifted");
  assert.equal(tally([report("a")]), "1 agent: 1 ok");
});

test("colours are for terminals whose user wants them", () => {
  assert.equal(paintFor(true, { TERM: "xterm" })("well", "ok"), "\x1b[32mok\x1b[39m");
  assert.equal(paintFor(true, { NO_COLOR: "1" })("well", "ok"), "ok");
  assert.equal(paintFor(false, {})("well", "ok"), "ok");
});

test("plain output says each agent as it is done", () => {
  const lines: string[] = [];
  const hosts = [
    { agent: "a", host: "h:22" },
    { agent: "long-name", host: "h:2222" },
  ];
  const progress = new LineProgress(hosts, (line) => lines.push(line));
  progress.done(report("long-name"));
  progress.done(report("a", "drifted", ["service: inactive (stopped)"]));
  progress.finish([report("a", "drifted"), report("long-name")]);
  assert.deepEqual(lines, [
    "long-name h:2222 ok           4d5e6f012345 since 2026-01-01T00:00:00Z",
    "a         h:22   drifted      4d5e6f012345 since 2026-01-01T00:00:00Z",
    "    service: inactive (stopped)",
    "2 agents: 1 drifted, 1 ok",
  ]);
});

test("a table erases what it drew before, and ends with the whole report in the fleet's order", () => {
  const written: string[] = [];
  const terminal = { write: (text: string) => void written.push(text), size: () => ({ width: 80, height: 24 }) };
  const hosts = ["a", "b"].map((agent) => ({ agent, host: "h:22" }));
  const progress = new TableProgress(hosts, terminal, plain);
  progress.phase("a", "logging in");
  progress.done(report("b"));
  progress.done(report("a"));
  progress.finish([report("a"), report("b")]);
  assert.match(written[0] ?? "", /^a {5}h:22 waiting\nb {5}h:22 waiting\n0 of 2 done\n$/);
  assert.equal(written[1], "\x1b[3A\r\x1b[J");
  assert.match(written[2] ?? "", /^a .*\nb .*\n2 agents: 2 ok\n$/);
  assert.equal(written.length, 3);
});
