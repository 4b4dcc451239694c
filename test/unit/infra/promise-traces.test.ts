import assert from "node:assert/strict";
import { test } from "node:test";

import debuggable = require("@pulumi/pulumi/runtime/debuggable");

import { spareTraces, withoutTrace } from "../../../infra/promise-traces";

test("what is done without traces gives its result, and errors have their traces again afterwards", () => {
  const twice = withoutTrace((number: number) => ({ doubled: number * 2, trace: new Error("inside").stack }));
  assert.deepEqual(twice(21), { doubled: 42, trace: "Error: inside" });
  assert.match(new Error("after").stack ?? "", /promise-traces\.test/);
});

test("an error that is thrown there comes through, and later ones have their traces", () => {
  const fails = withoutTrace(() => {
    throw new RangeError("no");
  });
  assert.throws(fails, RangeError);
  assert.match(new Error("after").stack ?? "", /promise-traces\.test/);
});

test("the SDK's function for promises is still where it was, and is replaced", () => {
  const sdk = debuggable as unknown as { debuggablePromise: unknown };
  const before = sdk.debuggablePromise;
  assert.equal(typeof before, "function");
  spareTraces();
  try {
    assert.notEqual(sdk.debuggablePromise, before);
  } finally {
    sdk.debuggablePromise = before;
  }
});
