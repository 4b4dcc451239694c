import assert from "node:assert/strict";
import { test } from "node:test";
import { AnsweredTime } from "../../../assembler/service/answered-time";

test("time stands still from the last answer on until the next one, and never goes back", () => {
  let clock = 1000;
  const time = new AnsweredTime(() => clock);
  clock = 1100;
  time.answered();
  clock = 1150;
  assert.equal(time.now(), 1150);
  // A request that hung.
  clock = 31_000;
  time.failed();
  assert.equal(time.now(), 1150);
  clock = 41_000;
  time.failed();
  assert.equal(time.now(), 1150);
  clock = 41_100;
  time.answered();
  clock = 41_200;
  assert.equal(time.now(), 1200);
  time.answered();
  assert.equal(time.now(), 1200);
});
