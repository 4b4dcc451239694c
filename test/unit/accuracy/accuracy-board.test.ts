import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { AccuracyBoard } from "../../../assembler/accuracy/accuracy-board";
import { accuracyReport } from "../../../assembler/accuracy/accuracy-report";
import { renderAccuracy } from "../../../assembler/accuracy/render-accuracy";
import { addAccuracyMetrics } from "../../../assembler/service/accuracy-metrics";

const hour = 3_600_000;
const some = { right: 8, wrong: 1, withheld: 1, sure: 5, sureRight: 4 };

test("precision, recall and calibration are those of the last while, counts those since the start", () => {
  let now = 0;
  const board = new AccuracyBoard(hour, () => now);
  board.add("shop", { right: 0, wrong: 10, withheld: 0, sure: 10, sureRight: 0 });
  now = hour / 2;
  board.add("shop", some);
  board.add("cart", { right: 0, wrong: 0, withheld: 3, sure: 0, sureRight: 0 });
  const shown = () => accuracyReport(board).services.map(({ total, ...line }) => [line, total.wrong]);
  const cart = { service: "cart", calls: 3, precision: null, recall: 0, calibration: null };
  assert.deepEqual(shown(), [
    [cart, 0],
    [{ service: "shop", calls: 20, precision: 0.4211, recall: 0.4, calibration: 0.2667 }, 11],
  ]);
  now = hour * 1.2;
  assert.deepEqual(shown()[1], [{ service: "shop", calls: 10, precision: 0.8889, recall: 0.8, calibration: 0.8 }, 11]);
  now = hour * 3;
  assert.deepEqual(shown()[1], [{ service: "shop", calls: 0, precision: null, recall: null, calibration: null }, 11]);
});

test("who no longer works has counts, but no shares", () => {
  const board = new AccuracyBoard(hour, () => 0);
  board.add("shop", some);
  board.forgetRecent();
  const [line] = accuracyReport(board).services;
  assert.deepEqual([line?.calls, line?.recall, line?.total.right], [0, null, 8]);
});

test("more services than it keeps figures for take no more memory", () => {
  const board = new AccuracyBoard(hour, () => 0);
  for (let place = 0; place < 2000; place += 1) board.add(`service-${place}`, some);
  assert.equal(board.services().length, 500);
});

test("the metrics have counters for each service, and its shares where something was judged", async () => {
  let now = 0;
  const board = new AccuracyBoard(hour, () => now);
  const registry = new Registry();
  addAccuracyMetrics(registry, board);
  board.add("shop", some);
  const text = await registry.metrics();
  for (const line of [
    'deeptrace_assembler_links_judged_total{service="shop",outcome="right"} 8',
    'deeptrace_assembler_links_judged_total{service="shop",outcome="wrong"} 1',
    'deeptrace_assembler_links_judged_total{service="shop",outcome="withheld"} 1',
    'deeptrace_assembler_sure_links_judged_total{service="shop",outcome="right"} 4',
    'deeptrace_assembler_sure_links_judged_total{service="shop",outcome="wrong"} 1',
    'deeptrace_assembler_link_recall{service="shop"} 0.8',
    'deeptrace_assembler_link_calibration{service="shop"} 0.8',
    'deeptrace_assembler_link_accuracy_calls{service="shop"} 10',
  ]) {
    assert.ok(text.split("\n").includes(line), `${line}\n${text}`);
  }
  now = hour * 2;
  const later = await registry.metrics();
  assert.match(later, /^deeptrace_assembler_links_judged_total\{service="shop",outcome="right"\} 8$/m);
  assert.doesNotMatch(later, /^deeptrace_assembler_link_recall\{/m);
});

test("the command's table has a line for each service, or says that nothing was judged", () => {
  const board = new AccuracyBoard(hour, () => 0);
  const empty = accuracyReport(board);
  assert.match(renderAccuracy(empty, empty.at), /60 min, as of 0 s ago\nno call whose request is known$/);
  board.add("shop", some);
  board.add("cart", { right: 0, wrong: 0, withheld: 3, sure: 0, sureRight: 0 });
  const report = accuracyReport(board);
  assert.equal(
    renderAccuracy(report, report.at + 4000).replace(/ +/g, " "),
    [
      "Links, where headers tell whether they are right: the last 60 min, as of 4 s ago",
      "SERVICE CALLS PRECISION RECALL OF SURE",
      "cart 3 - 0.000 -",
      "shop 10 0.889 0.800 0.800",
    ].join("\n"),
  );
});
