import assert from "node:assert/strict";
import { test } from "node:test";
import { policyInForce } from "../../../infra/ledger/unreachable-policy";

test("the environment's word goes before the program's, and that before the recorded one", () => {
  assert.equal(policyInForce({ DEEPTRACE_ON_UNREACHABLE: "skip" }, "fail", "fail"), "skip");
  assert.equal(policyInForce({ DEEPTRACE_ON_UNREACHABLE: "" }, "skip", "fail"), "skip");
  assert.equal(policyInForce({}, undefined, "skip"), "skip");
});

test("another word in the environment is refused by name", () => {
  assert.throws(() => policyInForce({ DEEPTRACE_ON_UNREACHABLE: "yes" }, undefined, "fail"), {
    message: 'DEEPTRACE_ON_UNREACHABLE: got "yes"; allowed: fail, skip',
  });
});
