import assert from "node:assert/strict";
import { test } from "node:test";
import pino from "pino";
import { AccuracyBoard } from "../../../assembler/accuracy/accuracy-board";
import { AccuracyMeter } from "../../../assembler/accuracy/accuracy-meter";
import { IdentifyingHeaders } from "../../../assembler/correlate/identifying-headers";
import { startAccuracyLoop } from "../../../assembler/service/accuracy-loop";
import { SpanWindow } from "../../../assembler/window/span-window";
import { generate } from "../../../bench/workloads/generate";
import { mixedGraph } from "../../../bench/workloads/generated-graphs";
import { waitFor } from "../../testbed/wait-for";
import { spansOfWorkload } from "./workload-spans";

const headers = new IdentifyingHeaders(["x-request-id"]);
const timeoutMs = 30_000;

/** A window whose traces are all at rest. */
function windowOf(count: number): SpanWindow {
  const { spans } = spansOfWorkload(generate({ graph: mixedGraph, load: 20, count, seed: 1 }), 1);
  const window = new SpanWindow(headers, 0.5);
  for (const span of spans) window.correlator.add(span);
  window.correlator.solve();
  window.isAtRest = () => true;
  return window;
}

function meterOf(): AccuracyMeter {
  const board = new AccuracyBoard(3_600_000, () => performance.now());
  return new AccuracyMeter({ headers, leastConfidence: 0.5 }, board);
}

test("it takes its share of the processor and no more, however much there is to judge", async () => {
  const meter = meterOf();
  const window = windowOf(300);
  const processorShare = 0.1;
  const spentAfter: { at: number; spentMs: number }[] = [];
  const stop = startAccuracyLoop({
    meter,
    window: () => {
      spentAfter.push({ at: performance.now(), spentMs: meter.board.spentMs });
      return window;
    },
    isBehind: () => false,
    processorShare,
    logger: pino({ level: "silent" }),
  });
  try {
    await waitFor(async () => spentAfter.length >= 3, { timeoutMs, what: "two samples" });
  } finally {
    await stop();
  }
  assert.ok(meter.board.services().length > 0);
  for (const [place, { at, spentMs }] of spentAfter.entries()) {
    const lastedMs = at - (spentAfter[0]?.at ?? 0);
    assert.ok(spentMs <= lastedMs * processorShare + 1, `${place}: ${spentMs} ms of ${lastedMs} ms`);
  }
});

test("while spans wait to be read, and while there is no window, nothing is judged", async () => {
  const meter = meterOf();
  let window: SpanWindow | undefined;
  let isBehind = true;
  let asked = 0;
  const stop = startAccuracyLoop({
    meter,
    window: () => window,
    isBehind: () => {
      asked += 1;
      return isBehind;
    },
    processorShare: 0.5,
    logger: pino({ level: "silent" }),
  });
  const askedAgain = async (what: string) => {
    const before = asked;
    await waitFor(async () => asked > before + 1, { timeoutMs, what });
  };
  try {
    window = windowOf(60);
    await askedAgain("a look while it is behind");
    assert.equal(meter.board.samples, 0);
    [window, isBehind] = [undefined, false];
    await askedAgain("a look without a window");
    assert.equal(meter.board.samples, 0);
    window = windowOf(60);
    await waitFor(async () => meter.board.samples > 0, { timeoutMs, what: "a sample" });
  } finally {
    await stop();
  }
});

test("a fault of its own ends it, is logged, and reaches nobody else", async () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(line) });
  const window = () => {
    throw new Error("no such window");
  };
  const stop = startAccuracyLoop({ meter: meterOf(), window, isBehind: () => false, processorShare: 0.5, logger });
  await waitFor(async () => lines.length > 0, { timeoutMs, what: "the fault to be logged" });
  await stop();
  assert.match(lines.join(""), /not measured any more, by a fault of its own.*/);
  assert.match(lines.join(""), /no such window/);
});
