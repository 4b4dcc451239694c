import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DistinctTexts } from "../../../assembler/collections/distinct-texts";
import { sortFew } from "../../../assembler/collections/sort-few";
import { ByteWriter } from "../../../assembler/json/byte-writer";

const anyText = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ minLength: 120, maxLength: 140 }));

function written(write: (writer: ByteWriter) => void): string {
  const writer = new ByteWriter(1);
  write(writer.text("<"));
  return writer.text(">").written().toString("utf8");
}

test("texts and lists of texts are written as JSON.stringify writes them", () => {
  fc.assert(
    fc.property(fc.array(anyText), (texts) => {
      for (const text of texts) {
        assert.equal(
          written((writer) => writer.quoted(text)),
          `<${JSON.stringify(text)}>`,
        );
        assert.equal(
          written((writer) => writer.text(text)),
          `<${Buffer.from(text).toString()}>`,
        );
      }
      assert.equal(
        written((writer) => writer.quotedList(texts)),
        `<${JSON.stringify(texts)}>`,
      );
    }),
    { seed: 3 },
  );
});

test("integers are written to the last digit, whether or not a number can hold them", () => {
  const anyInteger = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.integer());
  fc.assert(
    fc.property(anyInteger, (value) => {
      assert.equal(
        written((writer) => writer.integer(value)),
        `<${value}>`,
      );
    }),
    { seed: 3, examples: [[0], [9], [10], [-1], [Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER], [2n ** 53n]] },
  );
});

test("a few items and many are sorted as sort does it, equal ones in the order they had", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat()), { maxLength: 50 }), (items) => {
      const byFirst = (left: [number, number], right: [number, number]) => left[0] - right[0];
      assert.deepEqual(sortFew([...items], byFirst), [...items].sort(byFirst));
    }),
    { seed: 3 },
  );
});

test("different texts are kept once, in the order of their coming, and the empty one is none", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 1 }), { maxLength: 60 }), (texts) => {
      const distinct = new DistinctTexts();
      for (const text of texts) distinct.add(text);
      assert.deepEqual(
        distinct.texts,
        [...new Set(texts)].filter((text) => text !== ""),
      );
    }),
    { seed: 3 },
  );
});
