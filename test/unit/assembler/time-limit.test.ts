import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TimeLimit } from "../../../assembler/time-limit";

const never = new AbortController().signal;

test("a time limit comes, whatever the garbage collector takes meanwhile", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const { signal } = new TimeLimit(never, 50);
  for (let round = 0; round < 3; round += 1) {
    await new Promise(setImmediate);
    collect();
  }
  if (!signal.aborted) await once(signal, "abort");
  assert.equal(signal.reason.name, "TimeoutError");
});

test("it aborts with the other signal and says that it was not the time; once ended, with neither", () => {
  const other = new AbortController();
  const [limit, ended] = [new TimeLimit(other.signal, 60_000), new TimeLimit(other.signal, 60_000)];
  ended.end();
  other.abort(new Error("told to stop"));
  assert.equal(limit.signal.reason.message, "told to stop");
  assert.deepEqual([limit.isOver, ended.signal.aborted], [false, false]);
  limit.end();
  const late = new TimeLimit(other.signal, 60_000);
  assert.equal(late.signal.aborted, true);
  late.end();
});
