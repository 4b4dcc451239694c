import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPath } from "../../../infra/provider-server/property-path";
import { Asset, type PropertyValue, Unknown } from "../../../infra/provider-server/property-value";
import { differences, sameValue } from "../../../infra/provider-server/value-difference";

const named = (before: PropertyValue, after: PropertyValue) =>
  Object.fromEntries(differences(before, after).map(({ path, kind }) => [formatPath(path), kind]));

const cases: { what: string; before: PropertyValue; after: PropertyValue; named: Record<string, string> }[] = [
  { what: "equal maps in another order", before: { a: 1, b: 2 }, after: { b: 2, a: 1 }, named: {} },
  { what: "null and absent", before: { a: null }, after: {}, named: {} },
  { what: "a changed leaf", before: { a: { b: 1 } }, after: { a: { b: 2 } }, named: { "a.b": "update" } },
  { what: "another type", before: { a: 1 }, after: { a: "1" }, named: { a: "update" } },
  { what: "a map in place of a list", before: { a: [1] }, after: { a: { 0: 1 } }, named: { a: "update" } },
  { what: "a new and a gone key", before: { a: 1 }, after: { b: 1 }, named: { a: "delete", b: "add" } },
  { what: "list items", before: { a: [1, 2, 3] }, after: { a: [1, 9] }, named: { "a[1]": "update", "a[2]": "delete" } },
  { what: "a key with a dot", before: { "a.b": 1 }, after: { "a.b": 2 }, named: { '["a.b"]': "update" } },
  { what: "an unknown value", before: { a: 1 }, after: { a: new Unknown() }, named: { a: "update" } },
  {
    what: "an asset of the same hash",
    before: { a: new Asset({ hash: "1" }) },
    after: { a: new Asset({ hash: "1", text: "t" }) },
    named: {},
  },
  {
    what: "an asset of another hash",
    before: { a: new Asset({ hash: "1" }) },
    after: { a: new Asset({ hash: "2" }) },
    named: { a: "update" },
  },
];
for (const { what, before, after, named: expected } of cases) {
  test(`finds ${what}`, () => assert.deepEqual(named(before, after), expected));
}

test("nothing equals an unknown value, not even itself", () => {
  const unknown = new Unknown();
  assert.equal(sameValue(unknown, unknown), false);
});
