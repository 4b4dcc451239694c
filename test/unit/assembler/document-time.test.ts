import assert from "node:assert/strict";
import { test } from "node:test";
import { timeOfDocumentId } from "../../../assembler/span/document-time";
import { documentIdOf } from "./support/document-id";

test("an id that Elasticsearch made tells to the millisecond when", () => {
  assert.equal(timeOfDocumentId("TjWNAaIB47oTg3vn_HHT"), 1_795_322_412_243);
  for (const time of [1_577_836_800_000, 1_700_000_000_123, 4_102_444_799_999]) {
    assert.equal(timeOfDocumentId(documentIdOf(time, 0xabcdef)), time);
  }
});

const others: [string, string][] = [
  ["a span's id", "4dae3ec39efd4777"],
  ["nothing", ""],
  ["a shorter one", documentIdOf(1_700_000_000_123, 1).slice(1)],
  ["a longer one", `${documentIdOf(1_700_000_000_123, 1)}A`],
  ["one with other letters", `${documentIdOf(1_700_000_000_123, 1).slice(1)}.`],
  ["one with letters of more bytes", `${documentIdOf(1_700_000_000_123, 1).slice(1)}é`],
  ["a time before such ids were", documentIdOf(1_577_836_799_999, 1)],
  ["a time that nobody sees", documentIdOf(4_102_444_800_000, 1)],
  ["words", "shop-request-0000001"],
];
for (const [what, id] of others) {
  test(`${what} tells no time`, () => assert.equal(timeOfDocumentId(id), undefined));
}
