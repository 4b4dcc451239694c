import assert from "node:assert/strict";
import { test } from "node:test";
import { RawText } from "../../../assembler/json/raw-text";
import { decodeSpan, isFault } from "../../../assembler/span/decode-span";
import { goodDocument, hostileDocuments } from "./support/hostile-documents";
import { MemoryStore } from "./support/memory-store";
import { assertEqualToBatch, Runner } from "./support/runner";

const catalogue = hostileDocuments("h");
/** A value is shown up to so many bytes; one that is cut inside a character gains the replacement for it. */
const mostShown = 80 + 3;

test("at least 200 documents are in the catalogue, each with a sentence of its own", () => {
  assert.ok(catalogue.length >= 200, `${catalogue.length}`);
  const sentences = new Set(catalogue.map(({ what }) => what));
  assert.equal(sentences.size, catalogue.length);
});

test("each is taken with its exact bytes, or rejected for the field that is wrong, in few words", () => {
  for (const { what, id, text, rejectedFor, spanId } of catalogue) {
    const decoded = decodeSpan(RawText.from(text), "a1", id);
    if (rejectedFor === undefined) {
      assert.ok(!isFault(decoded), `${what}: ${isFault(decoded) ? decoded.reason : ""}`);
      assert.equal(decoded.spanId, spanId ?? `a1:${id}`, what);
      assert.equal(decoded.raw.toString(), text, what);
      continue;
    }
    assert.ok(isFault(decoded), `${what}: taken`);
    assert.equal(decoded.field, rejectedFor, `${what}: ${decoded.reason}`);
    assert.ok(decoded.reason.startsWith(rejectedFor), decoded.reason);
    const shown = /: got (.*); allowed: /s.exec(decoded.reason)?.[1] ?? "";
    assert.ok(Buffer.byteLength(shown) <= mostShown, `${what}: shows ${shown}`);
    assert.ok(Buffer.byteLength(decoded.reason) < 250, `${what}: ${decoded.reason}`);
  }
});

test("among good spans they stop nothing: all end in a trace or in a rejection, and no prototype has changed", async () => {
  const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype, Map.prototype];
  const before = prototypes.map((prototype) => Reflect.ownKeys(prototype));
  const store = new MemoryStore(2, 25);
  const runner = new Runner(store, { quietPeriodMs: 100, maxWaitMs: 1000, recentMs: 1e12, maxOpenSpans: 1e9 });
  for (const { id, text } of catalogue) {
    store.index({ index: "spans_a1", id, text });
    store.index({ index: "spans_a1", id: `good-${id}`, text: goodDocument(`good-${id}`) });
  }
  await runner.settle();
  assertEqualToBatch(store);
  assert.deepEqual(
    prototypes.map((prototype) => Reflect.ownKeys(prototype)),
    before,
  );
  const holders = new Map<string, string>();
  for (const { text, spanIds } of store.rows.values()) for (const spanId of spanIds) holders.set(spanId, text);
  for (const { what, id, text, rejectedFor, spanId } of catalogue) {
    assert.ok(holders.has(`good-${id}`), `the good span after: ${what}`);
    if (rejectedFor !== undefined) assert.equal(store.rejected.get(`spans_a1/${id}`)?.field, rejectedFor, what);
    else {
      const source = RawText.from(text).onOneLine().toString();
      assert.ok(holders.get(spanId ?? `a1:${id}`)?.includes(source), `${what}: not in a trace as it came`);
    }
  }
});
