import assert from "node:assert/strict";
import { test } from "node:test";
import { descendantsOf, parseStat } from "../../testbed/processes/process-table";

test("a process' parent is read even if its name holds spaces and brackets", () => {
  assert.deepEqual(parseStat("42 (a) b) c) S 7 42 42 0 -1"), { pid: 42, parent: 7 });
});

test("a zombie is no process any more, and a vanished one neither", () => {
  assert.equal(parseStat("42 (sleep) Z 7 42 42 0 -1"), undefined);
  assert.equal(parseStat(""), undefined);
});

test("descendants are found through all generations, without the root and without strangers", () => {
  const table = [
    { pid: 1, parent: 0 },
    { pid: 10, parent: 1 },
    { pid: 11, parent: 10 },
    { pid: 12, parent: 10 },
    { pid: 13, parent: 12 },
    { pid: 20, parent: 1 },
  ];
  assert.deepEqual(descendantsOf(10, table), [11, 12, 13]);
  assert.deepEqual(descendantsOf(20, table), []);
});
