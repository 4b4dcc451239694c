import assert from "node:assert/strict";
import { test } from "node:test";
import { openAssembly } from "../../../assembler/open-assembly";
import { runTurn } from "../../../assembler/stages";
import { MemoryStore } from "./support/memory-store";

test("a turn with nothing to write needs the lease too: there may be something to delete", async () => {
  const fence = () => {
    throw new Error("the lease is gone");
  };
  const limits = { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1000, maxOpenSpans: 1000 };
  const assembly = await openAssembly({ limits, store: new MemoryStore(1, 100), now: () => 0, fence });
  await assert.rejects(runTurn(assembly), /the lease is gone/);
});
