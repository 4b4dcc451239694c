import assert from "node:assert/strict";
import { test } from "node:test";
import { recountRestMs } from "../../../assembler/service/recount-rest";

test("counting minutes leaves most of the time to traces, and most of all while spans wait to be read", () => {
  assert.equal(recountRestMs({ spentMs: 100, isBehind: false, dirtyMinutes: 2 }), 300);
  assert.equal(recountRestMs({ spentMs: 100, isBehind: true, dirtyMinutes: 2 }), 400);
});

test("it hurries when more minutes wait than come by themselves", () => {
  assert.equal(recountRestMs({ spentMs: 100, isBehind: false, dirtyMinutes: 4 }), 100);
  assert.equal(recountRestMs({ spentMs: 100, isBehind: false, dirtyMinutes: Number.POSITIVE_INFINITY }), 100);
  assert.equal(recountRestMs({ spentMs: 100, isBehind: true, dirtyMinutes: 4 }), 400);
});
