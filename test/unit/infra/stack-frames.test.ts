import assert from "node:assert/strict";
import { test } from "node:test";
import { remembering } from "../../../infra/stack-frames";

/** A formatter as ts-node installs it, which counts the frames it looks up. */
function formatter() {
  const looked: string[] = [];
  const prepare = (error: Error, frames: NodeJS.CallSite[]) => {
    looked.push(...frames.map(String));
    return `${error.name}: ${error.message}${frames.map((frame) => `\n    at ${frame}`).join("")}`;
  };
  return { prepare, looked };
}

const frame = (text: string) => ({ toString: () => text }) as unknown as NodeJS.CallSite;

test("a stack trace reads as before, and each of its frames is looked up once", () => {
  const { prepare: plain } = formatter();
  const { prepare, looked } = formatter();
  const remembered = remembering(prepare);
  const [a, b, c] = [frame("a (x.ts:1:2)"), frame("b (x.ts:3:4)"), frame("c (y.ts:5:6)")];
  const first = new Error("no\nway");
  const second = new TypeError("other");
  assert.equal(remembered(first, [a, b]), plain(first, [a, b]));
  assert.equal(remembered(second, [b, a, c]), plain(second, [b, a, c]));
  assert.deepEqual(looked, ["a (x.ts:1:2)", "b (x.ts:3:4)", "c (y.ts:5:6)"]);
});

test("of a trace without a limit, as Pulumi's SDK takes it for each resource, only the first frames are kept", () => {
  const frames = Array.from({ length: 20 }, (_, index) => frame(`f${index} (x.ts:${index}:1)`));
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  try {
    const { prepare } = formatter();
    assert.equal(remembering(prepare)(new Error("x"), frames).split("\n").length, 1 + 6);
  } finally {
    Error.stackTraceLimit = limit;
  }
});
