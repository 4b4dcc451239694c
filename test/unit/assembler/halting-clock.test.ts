import assert from "node:assert/strict";
import { test } from "node:test";
import { HaltingClock } from "../../../assembler/window/halting-clock";

test("time stands still from when all was well last until it is again, and never goes back", () => {
  let clock = 1000;
  const time = new HaltingClock(() => clock);
  clock = 1100;
  time.goOn();
  clock = 1150;
  assert.equal(time.now(), 1150);
  // A request that hung.
  clock = 31_000;
  time.halt();
  assert.equal(time.now(), 1150);
  clock = 41_000;
  time.halt();
  assert.equal(time.now(), 1150);
  clock = 41_100;
  time.goOn();
  clock = 41_200;
  assert.equal(time.now(), 1200);
  time.goOn();
  assert.equal(time.now(), 1200);
});
