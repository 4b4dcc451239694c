import assert from "node:assert/strict";
import { test } from "node:test";
import { pollPauseMs } from "../../../assembler/service/poll-pause";

const idle = { tookMs: 20, hasRead: false, untilDueMs: undefined };

test("pauses double while nothing comes, up to eight times the least and what two seconds to a trace leave", () => {
  const pauses = (leastMs: number) =>
    [0, 1, 2, 3, 4, 500].map((idleTurns) => pollPauseMs({ ...idle, leastMs, idleTurns }));
  assert.deepEqual(pauses(50), [50, 100, 200, 400, 400, 400]);
  assert.deepEqual(pauses(100), [100, 200, 400, 800, 800, 800]);
  assert.deepEqual(pauses(500), [500, 800, 800, 800, 800, 800]);
  assert.deepEqual(pauses(60_000), [60_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
});

test("while spans come turns begin the least distance apart, however soon a trace is due", () => {
  assert.equal(pollPauseMs({ leastMs: 500, idleTurns: 0, tookMs: 120, hasRead: true, untilDueMs: 3 }), 380);
});

test("after a turn that took longer than that, others get a fifth of it", () => {
  assert.equal(pollPauseMs({ leastMs: 500, idleTurns: 0, tookMs: 450, hasRead: true, untilDueMs: 3 }), 100);
  assert.equal(pollPauseMs({ leastMs: 500, idleTurns: 0, tookMs: 2000, hasRead: true, untilDueMs: 3 }), 100);
});

test("when no more come, the next turn is when the first trace comes to rest", () => {
  const pause = (untilDueMs: number) =>
    pollPauseMs({ leastMs: 500, idleTurns: 0, tookMs: 20, hasRead: false, untilDueMs });
  assert.equal(pause(2000), 500);
  assert.equal(pause(120.4), 121);
  assert.equal(pause(0), 10);
  assert.equal(pause(-50), 10);
});
