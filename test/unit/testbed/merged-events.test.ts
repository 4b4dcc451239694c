import assert from "node:assert/strict";
import { test } from "node:test";
import { mergedEvents, type TestEvent } from "../../testbed/merged-events";

function diagnostic(message: string, file?: string): TestEvent {
  return { type: "test:diagnostic", data: { nesting: 0, message, ...(file ? { file } : {}) } } as TestEvent;
}

async function* told(...events: TestEvent[]): AsyncGenerator<TestEvent> {
  yield* events;
}

test("several runs end in one summary with the totals of all", async () => {
  const events: TestEvent[] = [];
  const runs = [
    () => told(diagnostic("note"), diagnostic("tests 3"), diagnostic("pass 2"), diagnostic("fail 1")),
    () => told(diagnostic("tests 9", "a.test.ts"), diagnostic("tests 4"), diagnostic("pass 4"), diagnostic("fail 0")),
  ];
  for await (const event of mergedEvents(runs)) events.push(event);
  assert.deepEqual(
    events.map((event) => (event.type === "test:diagnostic" ? event.data.message : event.type)),
    ["note", "tests 9", "tests 7", "pass 6", "fail 1"],
  );
});
