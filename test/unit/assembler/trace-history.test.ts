import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ByteWriter } from "../../../assembler/json/byte-writer";
import { RawText } from "../../../assembler/json/raw-text";
import { contentOf, readHistory, writeHistory } from "../../../assembler/trace/history-text";
import {
  type Amendment,
  amendedHistory,
  type Closing,
  firstHistory,
  isSettled,
  mostChanges,
  type TraceHistory,
} from "../../../assembler/trace/trace-history";

const quiet: Closing = { closedBy: "quiet", closedAt: 1_700_000_000_000, ageMs: 2100 };
const nothing: Amendment = { added: 0, replaced: 0, removed: 0, spanIds: [], fromTraces: [] };

test("only a trace that came to rest is settled", () => {
  assert.equal(isSettled(quiet), true);
  for (const closedBy of ["max_wait_ms", "max_open_spans", "stop", "with_another"] as const) {
    assert.equal(isSettled({ ...quiet, closedBy }), false);
  }
});

test("an amendment counts one revision on and says what changed and when", () => {
  const late = { ...nothing, added: 2, spanIds: ["a", "b"] };
  const history = amendedHistory([firstHistory(quiet)], late, { ...quiet, closedAt: 1_700_000_009_000 });
  assert.equal(history.revision, 2);
  assert.deepEqual(history.changes, [{ ...late, revision: 2, at: 1_700_000_009_000, why: "late_spans" }]);
});

const reasons: [amendment: Partial<Amendment>, why: string][] = [
  [{ fromTraces: ["t2"], added: 1, replaced: 1, removed: 1 }, "traces_joined"],
  [{ added: 1, replaced: 1, removed: 1 }, "late_spans"],
  [{ replaced: 1, removed: 1 }, "spans_replaced"],
  [{ removed: 1 }, "spans_removed"],
  [{}, "judged_anew"],
];

for (const [amendment, why] of reasons) {
  test(`the reason of a change is the weightiest of what happened: ${why}`, () => {
    const { changes } = amendedHistory([firstHistory(quiet)], { ...nothing, ...amendment }, quiet);
    assert.equal(changes[0]?.why, why);
  });
}

test("a document made of others goes on from the highest of their revisions, with all their changes in order of time", () => {
  const amend = (before: TraceHistory, at: number) => amendedHistory([before], nothing, { ...quiet, closedAt: at });
  const one = amend(amend(firstHistory(quiet), 10), 30);
  const other = amend(firstHistory(quiet), 20);
  const joined = amendedHistory([one, other], { ...nothing, fromTraces: ["other"] }, { ...quiet, closedAt: 40 });
  assert.equal(joined.revision, 4);
  assert.deepEqual(
    joined.changes.map(({ at }) => at),
    [10, 20, 30, 40],
  );
});

test("changes and the ids they name stay few, the latest remain", () => {
  const ids = Array.from({ length: 1000 }, (_, place) => `s${place}`);
  let history = firstHistory(quiet);
  for (let late = 0; late < 100; late += 1) {
    history = amendedHistory([history], { ...nothing, added: 1000, spanIds: ids, fromTraces: ids }, quiet);
  }
  assert.equal(history.revision, 101);
  assert.equal(history.changes.length, mostChanges);
  assert.deepEqual([history.changes[0]?.revision, history.changes.at(-1)?.revision], [82, 101]);
  assert.ok(historyText(history).length < 10_000);
});

function historyText(history: TraceHistory): string {
  const writer = new ByteWriter();
  writeHistory(writer, history);
  return writer.written().toString();
}

const anyText = fc.string({ maxLength: 30, unit: "grapheme" });
const plain = { noNullPrototype: true };
const anyHistory: fc.Arbitrary<TraceHistory> = fc.record(
  {
    revision: fc.nat(),
    closedBy: fc.constantFrom("quiet", "max_wait_ms", "max_open_spans", "stop", "with_another"),
    closedAt: fc.maxSafeNat(),
    ageMs: fc.maxSafeNat(),
    changes: fc.array(
      fc.record(
        {
          revision: fc.nat(),
          at: fc.maxSafeNat(),
          why: fc.constantFrom("traces_joined", "late_spans", "spans_replaced", "spans_removed", "judged_anew"),
          added: fc.nat(),
          replaced: fc.nat(),
          removed: fc.nat(),
          spanIds: fc.array(anyText, { maxLength: 3 }),
          fromTraces: fc.array(anyText, { maxLength: 3 }),
        },
        plain,
      ),
      { maxLength: 3 },
    ),
  },
  plain,
);

test("a history reads back as it was written, and the content after it is found byte for byte", () => {
  fc.assert(
    fc.property(anyHistory, fc.json(), (history, value) => {
      const content = `"trace_id":${value},"changes":[],"spans":[]}`;
      const document = RawText.from(`{${historyText(history)}${content}`);
      assert.deepEqual(readHistory(document), history);
      assert.equal(contentOf(document).toString(), content);
      assert.equal(contentOf(RawText.from(` { ${historyText(history)} ${content}`)).toString(), content);
    }),
    { numRuns: 300, seed: 21 },
  );
});

const strange = [
  '{"trace_id":"t"}',
  '{"revision":"x","trace_id":"t"}',
  '{"revision":3,"changes":7,"trace_id":"t"}',
  "{}",
];

for (const text of strange) {
  test(`a document without a history of ours counts as its first revision: ${text}`, () => {
    assert.equal(readHistory(RawText.from(text)).revision, 1);
    assert.match(contentOf(RawText.from(text)).toString(), /^("trace_id":"t")?}$/);
  });
}
