import assert from "node:assert/strict";
import { test } from "node:test";
import { RawText } from "../../../assembler/json/raw-text";
import { TextBody } from "../../../assembler/json/text-body";

test("a value on one line is left as it is", () => {
  const text = RawText.from('{"a":1}');
  assert.equal(text.onOneLine(), text);
});

test("newlines between values become spaces, inside strings they are escaped", () => {
  const text = RawText.from('{\n "a": "x\ny\\"\n",\n "b": 2 }');
  const line = text.onOneLine().toString();
  assert.equal(line.includes("\n"), false);
  assert.deepEqual(JSON.parse(line), { a: 'x\ny"\n', b: 2 });
});

test("only the value's own newlines count", () => {
  const body = new TextBody(Buffer.from('[{"a":1}\n,2]'));
  const text = new RawText(body, 1, 8);
  assert.equal(text.onOneLine(), text);
  assert.equal(text.toString(), '{"a":1}');
});

test("two values are equal when their bytes are", () => {
  const body = new TextBody(Buffer.from('{"a":1},{"a":1},{"a":2}'));
  const [first, second, third] = [0, 8, 16].map((start) => new RawText(body, start, start + 7)) as [
    RawText,
    RawText,
    RawText,
  ];
  assert.ok(first.equals(second));
  assert.ok(!first.equals(third));
});
