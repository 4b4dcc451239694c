import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GroupQueue } from "../../../assembler/window/group-queue";
import { Group } from "../../../assembler/window/member";

test("a queue keeps its groups in the order in which they were last put in", () => {
  const step = fc.record({ place: fc.nat(5), kind: fc.constantFrom("add", "add", "delete") });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const groups = Array.from({ length: 6 }, () => new Group());
      const queue = new GroupQueue();
      const plain = new Set<Group>();
      for (const { place, kind } of steps) {
        const group = groups[place] as Group;
        const wasIn = plain.delete(group);
        if (kind === "add") {
          queue.add(group);
          plain.add(group);
        } else assert.equal(queue.delete(group), wasIn);
        assert.deepEqual([...queue].map(indexIn(groups)), [...plain].map(indexIn(groups)));
        assert.equal(queue.size, plain.size);
        assert.equal(queue.first, [...plain][0]);
        assert.equal(queue.has(group), plain.has(group));
      }
    }),
    { seed: 1 },
  );
});

function indexIn(groups: readonly Group[]): (group: Group) => number {
  return (group) => groups.indexOf(group);
}
