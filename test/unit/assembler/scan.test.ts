import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { KnownKeys } from "../../../assembler/json/known-keys";
import { eachElement, eachMember, MalformedJson, skipString, skipValue } from "../../../assembler/json/scan";
import { readDigits, readLong, readText } from "../../../assembler/json/text-values";

test("a value of any kind is skipped to its end, whatever follows", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(",", "}", "]", " ", "\n"), (json, after) => {
      const bytes = Buffer.from(json + after);
      assert.equal(skipValue(bytes, 0, bytes.length), Buffer.byteLength(json));
    }),
    { seed: 1 },
  );
});

test("a long string is skipped to its closing quote, however many escapes it holds", () => {
  const piece = fc.constantFrom("x".repeat(200), '\\"', "\\\\", "{}[],:", "é", "\\n");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const bytes = Buffer.from(`"${pieces.join("")}","next":"value"`);
      assert.equal(skipString(bytes, 0, bytes.length), bytes.indexOf('","next"') + 1);
      const cut = bytes.subarray(0, bytes.indexOf('","next"'));
      assert.throws(() => skipString(bytes, 0, cut.length), MalformedJson);
    }),
    { seed: 1 },
  );
});

test("digits are read as an integer to the last one, up to the largest a document can hold", () => {
  const read = (text: string) => readLong(Buffer.from(text), 0, text.length);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (value) => read(String(value)) === value),
    {
      seed: 1,
      numRuns: 2000,
    },
  );
  assert.deepEqual(["9223372036854775807", "9999999999999999999", "000000000000000005"].map(read), [
    2n ** 63n - 1n,
    9999999999999999999n,
    5n,
  ]);
  for (const text of ["", "-1", "1.5", "1e3", "12345678901234567890", "123456789a123456789", "a"]) {
    assert.equal(read(text), -1n);
  }
});

test("a document nested a hundred thousand deep costs no stack", () => {
  const bytes = Buffer.from(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  assert.equal(skipValue(bytes, 0, bytes.length), bytes.length);
});

test("members and elements are found with their values", () => {
  const bytes = Buffer.from(' {"a" : [1, {"x":2}], "b":"}" ,"c":{}}'.trim());
  const members = new Map<string, string>();
  eachMember(bytes, 0, bytes.length, (key, start, end) => members.set(key, bytes.toString("utf8", start, end)));
  assert.deepEqual(
    [...members],
    [
      ["a", '[1, {"x":2}]'],
      ["b", '"}"'],
      ["c", "{}"],
    ],
  );
  const elements: string[] = [];
  const list = Buffer.from("[1 , [2,3],null]");
  eachElement(list, 0, list.length, (start, end) => elements.push(list.toString("utf8", start, end)));
  assert.deepEqual(elements, ["1", "[2,3]", "null"]);
});

test("what ends too early is malformed", () => {
  for (const text of ['{"a":1', '{"a"', '"abc', "[1,2", '{"a":"x\\"}']) {
    const bytes = Buffer.from(text);
    assert.throws(() => eachMember(bytes, 0, bytes.length, () => {}), MalformedJson, text);
  }
});

test("texts are read with escapes, other scripts and bare control characters", () => {
  for (const [json, text] of [
    ['"plain"', "plain"],
    ['"\\u00e9\\n\\"\\\\"', 'é\n"\\'],
    ['"日本語 😀"', "日本語 😀"],
    ['"a\tb\nc\u0000"', "a\tb\nc\u0000"],
    ['""', ""],
  ] as const) {
    const bytes = Buffer.from(json);
    assert.equal(readText(bytes, 0, bytes.length), text);
  }
});

test("digits are a number, anything else is none", () => {
  for (const [text, value] of [
    ["0", 0],
    ["65535", 65535],
    ["", -1],
    ["-1", -1],
    ["1.5", -1],
    ["1e3", -1],
    ["1234567890123456", -1],
  ] as const) {
    const bytes = Buffer.from(text);
    assert.equal(readDigits(bytes, 0, bytes.length), value, text);
  }
});

test("known keys are found by their bytes alone", () => {
  const names = ["context", "content", "tag", "span_id"];
  const keys = new KnownKeys(names);
  for (const [place, name] of names.entries())
    assert.equal(keys.find(Buffer.from(`xx${name}`), 2, 2 + name.length), place);
  for (const name of ["contexts", "", "Tag", "contenx", "__proto__"]) {
    assert.equal(keys.find(Buffer.from(name), 0, Buffer.byteLength(name)), -1, name);
  }
});
