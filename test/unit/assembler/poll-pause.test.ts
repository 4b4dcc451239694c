import assert from "node:assert/strict";
import { test } from "node:test";
import { pollPauseMs } from "../../../assembler/service/poll-pause";

const idle = { hasRead: false, untilDueMs: undefined };

test("pauses double while nothing comes, up to eight times the least and what two seconds to a trace leave", () => {
  const pauses = (leastMs: number) =>
    [0, 1, 2, 3, 4, 500].map((idleTurns) => pollPauseMs({ ...idle, leastMs, idleTurns }));
  assert.deepEqual(pauses(50), [50, 100, 200, 400, 400, 400]);
  assert.deepEqual(pauses(100), [100, 200, 400, 700, 700, 700]);
  assert.deepEqual(pauses(500), [500, 700, 700, 700, 700, 700]);
  assert.deepEqual(pauses(60_000), [60_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
});

test("while spans come the pause is the least, however soon a trace is due", () => {
  assert.equal(pollPauseMs({ leastMs: 500, idleTurns: 0, hasRead: true, untilDueMs: 3 }), 500);
});

test("when no more come, the next turn is when the first trace comes to rest", () => {
  const pause = (untilDueMs: number) => pollPauseMs({ leastMs: 500, idleTurns: 0, hasRead: false, untilDueMs });
  assert.equal(pause(2000), 500);
  assert.equal(pause(120.4), 121);
  assert.equal(pause(0), 10);
  assert.equal(pause(-50), 10);
});
