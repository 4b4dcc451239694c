import assert from "node:assert/strict";
import { test } from "node:test";
import { Arrivals } from "../../../assembler/window/arrivals";
import { Member } from "../../../assembler/window/member";
import { spanOf } from "./support/span-text";

function memberAt(id: string, end: number, agent = "a1"): Member {
  return new Member(spanOf({ id, start: 0, end }, agent), undefined, 0, undefined);
}

function idsOf(members: readonly Member[]): string[] {
  return members.map(({ span }) => span.spanId).sort();
}

test("a span waits until its agent's spans of that time have had a while to come", () => {
  const arrivals = new Arrivals();
  arrivals.add(memberAt("early", 10), 0);
  arrivals.add(memberAt("late", 50), 0);
  arrivals.add(memberAt("sibling", 40), 30);
  arrivals.add(memberAt("later", 90), 30);
  assert.deepEqual(idsOf(arrivals.take(-1)), []);
  assert.deepEqual(idsOf(arrivals.take(0)), ["early", "late", "sibling"]);
  assert.deepEqual(idsOf(arrivals.take(29)), []);
  assert.deepEqual(idsOf(arrivals.take(30)), ["later"]);
});

test("agents, whose clocks may differ, do not wait for one another", () => {
  const arrivals = new Arrivals();
  arrivals.add(memberAt("a", 1_000_000, "a1"), 0);
  arrivals.add(memberAt("b", 5, "a2"), 50);
  assert.deepEqual(idsOf(arrivals.take(0)), ["a"]);
  assert.deepEqual(idsOf(arrivals.take(50)), ["b"]);
});
