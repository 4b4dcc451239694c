import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readPrintedString } from "../../../examples/agent/src/strace-string";

/** Prints bytes by strace's rules. */
function print(bytes: Uint8Array): string {
  const named: Record<number, string> = { 34: '\\"', 92: "\\\\", 10: "\\n", 9: "\\t", 13: "\\r", 11: "\\v", 12: "\\f" };
  const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;
  const parts = Array.from(bytes, (byte, index) => {
    if (named[byte] !== undefined) return named[byte];
    if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
    return `\\${byte.toString(8).padStart(isDigit(bytes[index + 1]) ? 3 : 1, "0")}`;
  });
  return `"${parts.join("")}"`;
}

test("what strace prints of any bytes is read back as those bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = `${print(bytes)}, 65536`;
      const read = readPrintedString(text, 0);
      assert.deepEqual(read?.bytes, Buffer.from(bytes));
      assert.equal(text.slice(read?.end), ", 65536");
    }),
  );
});

test("a cut string ends after its dots", () => {
  const read = readPrintedString('x"GET /"..., 9', 1);
  assert.equal(read?.bytes.toString(), "GET /");
  assert.equal(read?.end, 11);
});

test("UTF-8 comes in octal and a short escape ends at a character that is no digit", () => {
  assert.equal(readPrintedString('"b\\"\\\\\\1\\303\\251"', 0)?.bytes.toString(), 'b"\\\u0001é');
});

test("a string without an end is none", () => {
  assert.equal(readPrintedString('"GET \\', 0), undefined);
});
