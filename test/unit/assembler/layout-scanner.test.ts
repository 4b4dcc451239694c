import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { LayoutScanner, plainText } from "../../../assembler/json/layout-scanner";
import { eachMember, MalformedJson, skipValue } from "../../../assembler/json/scan";
import { noCell, type ValueNotes } from "../../../assembler/json/value-notes";
import { compileLayoutScan } from "../../../assembler/wasm/compile";
import { type ValueKind, valueKinds } from "../../../assembler/wasm/layout-scan";

const members: Record<string, readonly [ValueKind, number]> = {
  id: [valueKinds.id, 0],
  name: [valueKinds.text, 1],
  count: [valueKinds.integer, 2],
  time: [valueKinds.long, 3],
  sort: [valueKinds.integerInList, 4],
  content: [valueKinds.any, 5],
};
const cells = 6;
const scanner = new LayoutScanner(cells);

function note(bytes: Buffer, start: number, end: number, notes: ValueNotes): number {
  eachMember(bytes, start, skipValue(bytes, start, end), (key, from, to) => {
    const [kind, cell] = members[key] ?? [valueKinds.any, noCell];
    notes.note(kind, cell, from, to);
  });
  return skipValue(bytes, start, end);
}

/** What was found of each document, as JSON where it is left to be read from its bytes. */
function findAll(bytes: Buffer): Record<string, unknown>[] {
  const documents: Record<string, unknown>[] = [];
  for (let at = 1; bytes[at - 1] !== 0x5d; ) {
    const count = scanner.find(bytes, at, bytes.length, Number.POSITIVE_INFINITY, note);
    for (let place = 0; place < count; place += 1) {
      scanner.row.select(place);
      documents.push(Object.fromEntries(Object.keys(members).flatMap((name) => readBack(bytes, name))));
    }
    at = scanner.after + 1;
  }
  return documents;
}

function readBack(bytes: Buffer, name: string): [string, unknown][] {
  const { row } = scanner;
  const [kind, cell] = members[name] as readonly [ValueKind, number];
  if (row.end(cell) === 0) return [];
  const value = JSON.parse(bytes.toString("utf8", row.start(cell), row.end(cell)));
  const { id, text, integer, long, integerInList } = valueKinds;
  if ((kind === id || kind === text) && row.text(cell) !== undefined) assert.equal(row.text(cell), value);
  if (kind === integer && row.integer(cell) !== -1) assert.equal(row.integer(cell), value);
  if (kind === integerInList && row.integer(cell) !== -1) assert.deepEqual([row.integer(cell)], value);
  if (kind === long && row.long(cell) !== -1n) assert.equal(Number(row.long(cell)), value);
  return [[name, value]];
}

const part = fc.constantFrom(
  "a",
  "service-1",
  '"',
  "\\",
  "\n",
  "é",
  "日本語",
  "}",
  ",",
  "x".repeat(15),
  "y".repeat(60),
);
const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
const integer = fc.constantFrom(0, 7, 65535, 2 ** 31, 2 ** 32 + 5, 999_999_999_999_999, 9_007_199_254_740_991, 1e18);
const value = fc.oneof(text, integer, fc.constantFrom(-1, 1.5, null, true, [], [5], [5, 6], {}, { id: "z", "}": "{" }));
const usual = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{16}$/),
  name: fc.constantFrom("frontend", "cart"),
  count: fc.nat(),
  time: fc.nat(),
  sort: fc.tuple(fc.nat()),
  content: text,
});
const odd = fc.dictionary(fc.constantFrom(...Object.keys(members), "other", "more"), value);
const indent = fc.constantFrom(undefined, 1);

test("values are found as they stand in each document, whatever those before were like", () => {
  const document = fc.tuple(fc.oneof({ weight: 3, arbitrary: usual }, odd), indent);
  fc.assert(
    fc.property(fc.array(document, { minLength: 1, maxLength: 30 }), (documents) => {
      const bytes = Buffer.from(`[${documents.map(([each, spaces]) => JSON.stringify(each, null, spaces)).join(",")}]`);
      const known = documents.map(([each]) => Object.entries(each).filter(([name]) => name in members));
      assert.deepEqual(
        findAll(bytes).map((each) => sorted(Object.entries(each))),
        known.map(sorted),
      );
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test("documents laid out alike are found together, and their simple values read", () => {
  const documents = Array.from({ length: 600 }, (_, place) => ({
    id: place.toString(16).padStart(16, "0"),
    name: `service-${place % 5}`,
    count: place,
    time: 1_700_000_000 + place,
    sort: [place],
    content: "x".repeat(600),
  }));
  const bytes = Buffer.from(`[${documents.map((each) => JSON.stringify(each)).join(",")}]`);
  assert.deepEqual(findAll(bytes), documents);
  const count = scanner.find(bytes, 1, bytes.length, 100, note);
  assert.equal(count, 100);
  for (let place = 0; place < count; place += 1) {
    scanner.row.select(place);
    const { id, name, time, sort } = documents[place] as (typeof documents)[number];
    const { row } = scanner;
    assert.deepEqual(
      [row.text(0), row.text(1), row.integer(2), row.long(3), row.integer(4)],
      [id, name, place, BigInt(time), sort[0]],
    );
  }
});

test("a document larger than what is looked at in one go is found by its keys, and so are those beside it", () => {
  const large = { id: "large", content: "y".repeat(300_000) };
  const documents = [{ id: "a", content: "x" }, large, { id: "b", content: "x" }, large, { id: "c", content: "x" }];
  assert.deepEqual(findAll(Buffer.from(JSON.stringify(documents))), documents);
});

test("a document with more values than a layout has, or none, is found all the same", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, place) => [`other${place}`, place]));
  const documents = [{ ...many, id: "a" }, {}, { ...many, id: "b" }, {}];
  assert.deepEqual(findAll(Buffer.from(JSON.stringify(documents))), [{ id: "a" }, {}, { id: "b" }, {}]);
});

test("a document that has no end is malformed, though it begins as one before", () => {
  findAll(Buffer.from('[{"id":"a","name":"b"}]'));
  const bytes = Buffer.from('[{"id":"a","name":"b');
  assert.throws(() => scanner.find(bytes, 1, bytes.length, 1, note), MalformedJson);
});

test("texts that are found again are one string each, also those that a failing document brought", () => {
  const first = Buffer.from(
    '[{"id":"0123456789abcdef","name":"only-here"},{"id":"fedcba9876543210","name":"never-ends',
  );
  assert.equal(scanner.find(first, 1, first.length, 2, note), 1);
  const second = Buffer.from('[{"id":"fedcba9876543210","name":"only-here"}]');
  assert.equal(scanner.find(second, 1, second.length, 1, note), 1);
  assert.deepEqual([scanner.row.text(0), scanner.row.text(1)], ["fedcba9876543210", "only-here"]);
  const line = Buffer.from('[{"content":"GET /items HTTP/1.1"}]');
  scanner.find(line, 1, line.length, 1, note);
  assert.equal(plainText(line, line.indexOf("GET") - 1, line.indexOf(" HTTP") + 1), "GET /items");
});

test("the compiled module is the one its source makes", () => {
  const committed = path.join(__dirname, "../../../assembler/wasm/layout-scan.wasm.ts");
  assert.equal(readFileSync(committed, "utf8"), compileLayoutScan(), "npm run wasm");
});

function sorted(entries: [string, unknown][]): [string, unknown][] {
  return entries.sort(([left], [right]) => (left < right ? -1 : 1));
}
