import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpanHit } from "../../../assembler/store";
import { Progress } from "../../../assembler/window/shard-progress";
import { SpanWindow } from "../../../assembler/window/span-window";
import { MemoryStore } from "./support/memory-store";
import { inOneBody } from "./support/page-body";
import { Runner } from "./support/runner";
import { type SpanSketch, spanOf, spanText } from "./support/span-text";

const shard = { index: "spans_a1", uuid: "u", shard: 0 };
const isGone = /after the memory it lay in was given back/;

function windowOfPages() {
  const window = new SpanWindow();
  const progress = new Progress([]);
  let next = 0;
  const admit = (...sketches: SpanSketch[]) => {
    const documents = sketches.map((sketch): SpanHit => {
      const { raw, documentId } = spanOf(sketch);
      return { id: documentId, seqNo: next++, version: 1, source: raw };
    });
    const { hits, body } = inOneBody(documents);
    const hold = progress.open({ shard, after: next - 1 - hits.length, upTo: next - 1, hits, body });
    for (const [place, { source, seqNo }] of hits.entries()) {
      window.admit({ ...spanOf(sketches[place] as SpanSketch), raw: source }, hold, seqNo, 0);
    }
    return body;
  };
  const textOf = (id: string) => window.member(id)?.span.raw.toString();
  const forget = (...ids: string[]) => window.forget(ids.flatMap((id) => window.member(id)?.group ?? []));
  return { window, admit, textOf, forget };
}

const sketch = (id: string): SpanSketch => ({ id, start: 0, end: 9 });

test("a page's memory is given back when its last span is forgotten, and nobody can look into it any more", () => {
  const { admit, textOf, forget } = windowOfPages();
  const body = admit(sketch("a"), sketch("b"));
  forget("a");
  assert.equal(textOf("b"), spanText(sketch("b")));
  forget("b");
  assert.throws(() => body.bytes, isGone);
});

test("a few spans that stay have their text although their page is given back", () => {
  const { admit, textOf, forget } = windowOfPages();
  const ids = Array.from({ length: 16 }, (_, number) => `s${number}`);
  const body = admit(...ids.map(sketch));
  forget(...ids.slice(2));
  assert.throws(() => body.bytes, isGone);
  assert.deepEqual([textOf("s0"), textOf("s1")], [spanText(sketch("s0")), spanText(sketch("s1"))]);
});

test("a document that came again as it was lies in its later page", () => {
  const { admit, textOf, forget } = windowOfPages();
  const first = admit(sketch("a"), sketch("b"));
  admit(sketch("a"));
  forget("b");
  assert.throws(() => first.bytes, isGone);
  assert.equal(textOf("a"), spanText(sketch("a")));
});

test("a trace says what became of a span whose page was given back before it was written again", async () => {
  const store = new MemoryStore(1, 2);
  const runner = new Runner(store, { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 60, maxOpenSpans: 1e9 });
  const index = (span: SpanSketch) => store.index({ index: "spans_a1", id: span.id, text: spanText(span) });
  const call: SpanSketch = { id: "call", traceId: "t", parentId: "root", start: 1, end: 2 };
  // The call shares its page with another trace, and not with the rest of its own.
  for (const span of [call, { ...sketch("other"), traceId: "u" }, { ...sketch("root"), traceId: "t" }]) index(span);
  await runner.settle();
  index({ ...call, end: 3 });
  await runner.turn();
  for (let turn = 0; turn < 10; turn += 1) {
    runner.now += 20;
    await runner.turn();
  }
  const { changes } = JSON.parse(store.row("t")?.text ?? "{}");
  assert.deepEqual(
    changes.map(({ why, replaced }: Record<string, unknown>) => [why, replaced]),
    [["spans_replaced", 1]],
  );
});
